using System.CommandLine;
using Revisage.Restoration;
using Revisage.Torch;
using Revisage.Training.Cli;
using Revisage.Training.Methods.HighToLow;
using Revisage.Training.Methods.Progressive;
using Revisage.Training.Onnx;
using Revisage.Training.Priors.Alignment;
using Revisage.Training.Tests.Import;
using Revisage.Training.Torch;

namespace Revisage.Training.Tests.Cli;

public sealed class ImportCommandTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("revisage-").FullName;
    private readonly StringWriter output = new();

    private string Weights => Path.Combine(folder, "weights.safetensors");

    public void Dispose()
    {
        Directory.Delete(folder, recursive: true);
        output.Dispose();
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

    private int Run(params string[] args) => ImportCommand.Create().Parse(args)
        .InvokeAsync(new InvocationConfiguration { Output = output, EnableDefaultExceptionHandler = false })
        .GetAwaiter().GetResult();
}
