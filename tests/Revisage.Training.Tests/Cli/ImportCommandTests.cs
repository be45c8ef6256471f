using System.CommandLine;
using System.Globalization;
using Revisage.Restoration;
using Revisage.Torch;
using Revisage.Training.Cli;
using Revisage.Training.Methods.HighToLow;
using Revisage.Training.Methods.Progressive;
using Revisage.Training.Onnx;
using Revisage.Training.Priors.Alignment;
using Revisage.Training.Priors.Metrics;
using Revisage.Training.Tests.Import;
using Revisage.Training.Torch;

namespace Revisage.Training.Tests.Cli;

public sealed class ImportCommandTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("revisage-").FullName;
    private readonly StringWriter output = new();
    private readonly StringWriter error = new();

    private string Weights => Path.Combine(folder, "weights.safetensors");

    public void Dispose()
    {
        Directory.Delete(folder, recursive: true);
        output.Dispose();
        error.Dispose();
    }

    [Fact]
    public void Arrays_are_written_by_path_and_all_else_as_metadata()
    {
        Run(ImportFixture.At("progressive-legacy.pth"), "-o", Weights).ShouldBe(0);

        var file = Safetensors.Read(File.ReadAllBytes(Weights));
        file.Arrays[0].Name.ShouldBe("model_state_dict/module.step1.0.weight");
        file.Metadata.ShouldBe(new Dictionary<string, string> { ["step"] = "3", ["alpha"] = "0.25", ["iteration"] = "123456" }, ignoreOrder: true);
        output.ToString().ShouldMatch(@"^\S+weights\.safetensors: 76 arrays, [0-9,]+ bytes\n$");
    }

    [Fact]
    public void A_list_names_each_array_and_writes_nothing()
    {
        Run(ImportFixture.At("distilled-fan-zip.pth"), "--list", "--whole-module").ShouldBe(0);

        output.ToString().ShouldStartWith("conv.weight  Float  2x3x5x5\nconv.bias  Float  2\n");
        Directory.GetFiles(folder).ShouldBeEmpty();
    }

    [Fact]
    public void Every_kind_of_array_survives_the_way_through_safetensors()
    {
        Run(ImportFixture.At("kinds-zip.pth"), "-o", Weights).ShouldBe(0);

        Safetensors.Read(File.ReadAllBytes(Weights)).Arrays.Select(array => ImportFixture.Describe(new("", array))).ShouldBe(ImportFixture.ArraysOf("kinds-zip.pth"));
    }

    [Fact]
    public void Neither_output_nor_list_is_wrong_usage() =>
        ImportCommand.Create().Parse([ImportFixture.At("kinds-zip.pth")]).Errors.Single().Message.ShouldBe("Say where to write with -o, or what there is with --list.");

    [Fact]
    [Trait("Category", "torch")]
    public void Published_weights_become_a_model()
    {
        var published = Path.Combine(folder, "published.safetensors");
        using var network = new TorchNetwork("published", new DistilledFanNetwork(), seed: 5);
        using (var file = File.Create(published))
        {
            Safetensors.Write(file, [.. network.Save()]);
        }

        var model = Path.Combine(folder, "fan.onnx");
        Run(published, "--method", "distilled-fan", "--licence", "ask them", "-o", model).ShouldBe(0);

        var stored = new StoredModel("fan", model);
        stored.Problem().ShouldBeNull();
        (stored.Card.Task, stored.Card.Input, stored.Card.Data.Licence, stored.Card.Run).ShouldBe((ModelTask.Heatmaps, new PixelSize(64, 64), "ask them", null));
        using var back = ShippedNetwork.Open(stored, "back", default);
        back.Save().Select(array => array.ToFloats()).ShouldBe(network.Save().Select(array => array.ToFloats()));
    }

    /// <summary>As the authors of the progressive method saved it, on several GPUs.</summary>
    [Fact]
    [Trait("Category", "torch")]
    public void A_published_generator_becomes_a_model()
    {
        var published = Path.Combine(folder, "generator_checkpoint.safetensors");
        using var network = new TorchNetwork("published", new ProgressiveGenerator(new ProgressiveOptions()), seed: 5);
        using (var file = File.Create(published))
        {
            var arrays = network.Save().Append(new StoredArray("step1.1.num_batches_tracked", ScalarType.Long, [], new byte[8]));
            Safetensors.Write(file, [.. arrays.Select(array => array with { Name = $"model_state_dict/module.{array.Name}" })]);
        }

        var model = Path.Combine(folder, "progressive.onnx");
        Run(published, "--method", "progressive", "-o", model).ShouldBe(0);

        var stored = new StoredModel("progressive", model);
        stored.Problem().ShouldBeNull();
        (stored.Card.Method, stored.Card.Input, stored.Card.Output, stored.Card.Range).ShouldBe(("progressive", new PixelSize(16, 16), new PixelSize(128, 128), ValueRange.Signed));
    }

    [Fact]
    [Trait("Category", "torch")]
    public void The_released_Low_to_High_becomes_a_model_without_the_skip_that_it_never_uses()
    {
        var published = Path.Combine(folder, "published.safetensors");
        using var network = new TorchNetwork("published", new LowToHighGenerator(new LowToHighOptions()), seed: 5);
        using (var file = File.Create(published))
        {
            Safetensors.Write(file,
            [
                .. network.Save(),
                new StoredArray("a2.0.weight", ScalarType.Float, [96, 128, 1, 1], new byte[4 * 96 * 128]),
                new StoredArray("a2.0.bias", ScalarType.Float, [96], new byte[4 * 96]),
                new StoredArray("layers_set_final.0.0.bn1.num_batches_tracked", ScalarType.Long, [], new byte[8]),
            ]);
        }

        var model = Path.Combine(folder, "low-to-high.onnx");
        Run(published, "--method", "low-to-high", "-o", model).ShouldBe(0);

        var card = new StoredModel("low-to-high", model).Card;
        (card.Task, card.Scale, card.Input, card.Output).ShouldBe((ModelTask.SuperResolution, 4, new PixelSize(16, 16), new PixelSize(64, 64)));
    }

    [Fact]
    [Trait("Category", "torch")]
    public void Weights_of_another_network_become_none()
    {
        var model = Path.Combine(folder, "fan.onnx");

        Should.Throw<RevisageException>(() => Run(ImportFixture.At("vgg-16-zip.pth"), "--method", "distilled-fan", "-o", model))
            .Message.ShouldContain("is no file of the distilled face alignment network for this network: ");
        File.Exists(model).ShouldBeFalse();
    }

    [Fact]
    [Trait("Category", "torch")]
    public void A_metric_published_in_two_files_becomes_one_model_for_faces_of_a_size()
    {
        var (features, lins, model) = (Path.Combine(folder, "alexnet.safetensors"), Path.Combine(folder, "alex.safetensors"), Path.Combine(folder, "lpips-alex.onnx"));
        using var network = new TorchNetwork("published", LpipsNetwork.Alex(), seed: 5);
        var arrays = network.Save().ToLookup(array => array.Name.StartsWith("net.", StringComparison.Ordinal));
        Write(features, [.. arrays[true].Select(array => array with { Name = array.Name["net.".Length..] }), Zeros("classifier.1.weight", 4, 4)]);
        Write(lins, arrays[false]);

        Run(features, "--with", lins, "--method", "lpips-alex", "--side", "64", "-o", model).ShouldBe(0);

        var stored = new StoredModel("lpips-alex", model);
        stored.Problem().ShouldBeNull();
        var card = stored.Card;
        (card.Task, card.Input, card.Output, card.Scale, card.Range).ShouldBe((ModelTask.Distance, new PixelSize(64, 64), new PixelSize(1, 1), 1, ValueRange.Signed));
        (card.InputName, card.OutputName, card.NeedsGuide).ShouldBe(("face", "lpips", false));
        card.Data.Name.ShouldBe("not known here; weights imported from 'alexnet.safetensors' and 'alex.safetensors'");
        using var back = ShippedNetwork.Open(stored, "back", default);
        back.Save().Select(array => array.ToFloats()).ShouldBe(network.Save().Select(array => array.ToFloats()));
        using var lpips = OnnxModel.Load(model);
        var face = new Restoration.OnnxTensor(new float[3 * 64 * 64], [1, 3, 64, 64]);
        var distance = lpips.Run(new Dictionary<string, Restoration.OnnxTensor> { ["face"] = face, ["other"] = face })["lpips"];
        distance.Shape.ShouldBe([1, 1]);
        distance.Values.Span[0].ShouldBe(0);
    }

    [Fact]
    [Trait("Category", "torch")]
    public void The_state_dict_of_the_whole_metric_is_one_file_with_the_linear_layers_twice()
    {
        var (published, model) = (Path.Combine(folder, "lpips.safetensors"), Path.Combine(folder, "lpips-alex.onnx"));
        using var network = new TorchNetwork("published", LpipsNetwork.Alex(), seed: 5);
        int[] slices = [0, 3, 6, 8, 10];
        string Sliced(string name) => name.Split('.') is ["net", "features", var index, var kind]
            ? $"net.slice{Array.IndexOf(slices, int.Parse(index, CultureInfo.InvariantCulture)) + 1}.{index}.{kind}"
            : name;
        Write(published,
        [
            Zeros("scaling_layer.shift", 1, 3, 1, 1), Zeros("scaling_layer.scale", 1, 3, 1, 1),
            .. network.Save().Select(array => array with { Name = Sliced(array.Name) }),
            Zeros("lins.0.model.1.weight", 1, 64, 1, 1),
        ]);

        Run(published, "--method", "lpips-alex", "-o", model).ShouldBe(0);

        var stored = new StoredModel("lpips-alex", model);
        stored.Card.Input.ShouldBe(new PixelSize(128, 128));
        using var back = ShippedNetwork.Open(stored, "back", default);
        back.Save().Select(array => array.ToFloats()).ShouldBe(network.Save().Select(array => array.ToFloats()));
    }

    [Fact]
    [Trait("Category", "torch")]
    public void FIDs_Inception_becomes_a_model_without_its_classifier()
    {
        var (published, model) = (Path.Combine(folder, "pt_inception.safetensors"), Path.Combine(folder, "inception.onnx"));
        using var network = new TorchNetwork("published", new InceptionNetwork(64), seed: 5);
        Write(published,
        [
            .. network.Save(), Zeros("fc.weight", 1008, 2048), Zeros("fc.bias", 1008),
            new StoredArray("Conv2d_1a_3x3.bn.num_batches_tracked", ScalarType.Long, [], new byte[8]),
        ]);

        Run(published, "--method", "inception", "--side", "64", "-o", model).ShouldBe(0);

        var stored = new StoredModel("inception", model);
        stored.Problem().ShouldBeNull();
        var card = stored.Card;
        (card.Task, card.Input, card.Output, card.Range, card.InputName, card.OutputName)
            .ShouldBe((ModelTask.Features, new PixelSize(64, 64), new PixelSize(1, 1), ValueRange.Unit, "face", "features"));
    }

    [Theory]
    [InlineData("--method fan --side 64", "The weights of 'fan' are for faces of one size, 256 pixels. Leave the side of 64 out.")]
    [InlineData("--method inception --with SECOND", "The weights of 'inception' are published in one file. Leave 'SECOND' out.")]
    [InlineData("--method lpips-alex --side 30", "'lpips-alex' cannot take faces of 30 pixels. Take 31 or more, such as 128.")]
    [InlineData("--method inception --side 0", "'inception' cannot take faces of 0 pixels. Take 1 or more, such as 128.")]
    [InlineData("--method lpips-vgg --with FILE", "Both 'FILE' and 'FILE' hold 'features.0.weight'. Choose the two files that belong together.")]
    [InlineData("--method lpips-vgg", "'FILE' is no file of LPIPS for this network: 5 are missing (first: 'lin0.model.1.weight'), none is unknown. Choose the file, or the network's options, that belong together. The weights of 'lpips-vgg' are published in two files: name the other with --with.")]
    [InlineData("--method lpips-alex --with SECOND", "'FILE' with 'SECOND' is no file of LPIPS for this network: 6 are missing (first: 'net.features.3.weight'), 22 are unknown (first: 'features.2.weight'). Choose the file, or the network's options, that belong together.")]
    public void What_does_not_belong_together_is_refused(string options, string message)
    {
        var file = ImportFixture.At("vgg-16-zip.pth");
        var second = Path.Combine(folder, "lins.safetensors");
        Write(second, [.. Enumerable.Range(0, 5).Select(i => Zeros($"lin{i}.model.1.weight", 1, 4, 1, 1))]);
        string Paths(string text) => text.Replace("FILE", file, StringComparison.Ordinal).Replace("SECOND", second, StringComparison.Ordinal);

        Should.Throw<RevisageException>(() => Run([file, .. Paths(options).Split(' '), "-o", Path.Combine(folder, "model.onnx")])).Message.ShouldBe(Paths(message));
        File.Exists(Path.Combine(folder, "model.onnx")).ShouldBeFalse();
    }

    [Fact]
    public void A_file_is_never_replaced_by_what_is_read_from_it_and_its_name_tells_its_kind()
    {
        var arrays = Path.Combine(folder, "arrays.safetensors");
        Write(arrays, [Zeros("weight", 2)]);
        var before = File.ReadAllBytes(arrays);

        Should.Throw<UsageException>(() => Run(arrays, "-o", Path.Combine(folder, ".", "arrays.safetensors"))).Message.ShouldContain("would replace a file that is read");
        Should.Throw<UsageException>(() => Run(arrays, "-o", Path.Combine(folder, "model.onnx"))).Message.ShouldContain("a file that ends in .safetensors");
        Should.Throw<UsageException>(() => Run(arrays, "--method", "inception", "-o", Weights)).Message.ShouldContain("a file that ends in .onnx");

        File.ReadAllBytes(arrays).ShouldBe(before);
        Directory.GetFiles(folder).ShouldHaveSingleItem();
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.NegativeInfinity)]
    public void Weights_that_are_no_numbers_make_no_model_and_are_told_otherwise(float broken)
    {
        var arrays = Path.Combine(folder, "arrays.safetensors");
        Write(arrays, [Zeros("whole", 2), StoredArray.Of("broken", [1, broken], 2), new StoredArray("halves", ScalarType.Half, [1], BitConverter.GetBytes((Half)broken))]);
        var told = $"'{arrays}' has values that are infinite or no numbers in 2 of 3 arrays (first: 'broken')";

        Should.Throw<RevisageException>(() => Run(arrays, "--method", "inception", "-o", Path.Combine(folder, "model.onnx"))).Message.ShouldStartWith(told);
        Run(arrays, "-o", Weights).ShouldBe(0);

        error.ToString().ShouldBe($"{told}.{Environment.NewLine}");
        File.Exists(Path.Combine(folder, "model.onnx")).ShouldBeFalse();
    }

    [Theory]
    [InlineData("--side", "64")]
    [InlineData("--with", "lins.pth")]
    public void What_is_about_a_network_wants_one(string option, string value) =>
        ImportCommand.Create().Parse([ImportFixture.At("kinds-zip.pth"), "--list", option, value]).Errors.Single().Message
            .ShouldBe("--with and --side are about a network: name it with --method.");

    [Fact]
    [Trait("Category", "torch")]
    public void Weights_that_came_with_the_tier_want_no_file()
    {
        var model = Path.Combine(folder, "resnet18.onnx");

        Run("--method", "resnet18", "--side", "64", "-o", model).ShouldBe(0);

        var stored = new StoredModel("resnet18", model);
        stored.Problem().ShouldBeNull();
        (stored.Card.Task, stored.Card.Input, stored.Card.Output, stored.Card.Range).ShouldBe((ModelTask.Features, new PixelSize(64, 64), new PixelSize(1, 1), ValueRange.Unit));
        stored.Card.Data.Licence.ShouldStartWith("MIT");
        using var opened = stored.Open();
        opened.Outputs.Select(output => output.Name).ShouldBe(["features", "conv2", "conv3", "conv4", "conv5"]);
    }

    [Fact]
    public void Other_weights_want_one() =>
        ImportCommand.Create().Parse(["--method", "inception", "-o", "inception.onnx"]).Errors.Single().Message.ShouldBe("Name the file of the weights.");

    private static void Write(string path, IEnumerable<StoredArray> arrays)
    {
        using var file = File.Create(path);
        Safetensors.Write(file, [.. arrays]);
    }

    private static StoredArray Zeros(string name, params int[] shape) =>
        StoredArray.Of(name, new float[shape.Aggregate(1, (count, extent) => count * extent)], [.. shape.Select(extent => (long)extent)]);

    private int Run(params string[] args) => ImportCommand.Create().Parse(args)
        .InvokeAsync(new InvocationConfiguration { Output = output, Error = error, EnableDefaultExceptionHandler = false })
        .GetAwaiter().GetResult();
}
