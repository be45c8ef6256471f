using Revisage.Fixtures;
using Revisage.Restoration;
using Revisage.Torch;
using Revisage.Training.Layers;
using Revisage.Training.Onnx;
using Revisage.Training.Priors.Alignment;
using Revisage.Training.Priors.Features;
using Revisage.Training.Priors.Identity;
using Revisage.Training.Priors.Parsing;
using Revisage.Training.Torch;

namespace Revisage.Training.Tests.Priors;

/// <summary>
/// Every prior's network: its size and weights as published, and its numbers against PyTorch's
/// (<c>fixtures/torch/priors.py</c>), executed and exported.
/// </summary>
[Trait("Category", "torch")]
public class PriorSuiteTests
{
    // fp32 through up to a hundred convolutions, summed in another order.
    private const double Tolerance = 1e-4;

    private static readonly TorchFixture Reference = new("priors.safetensors");

    private static readonly Case[] Cases =
    [
        new Case("bisenet", new BiSeNetNetwork(new BiSeNetOptions()), [2, 3, 64, 96], Gain: 4),
        new Case("bisenet-narrow", new BiSeNetNetwork(new BiSeNetOptions { Width = 8, Classes = 5 }), [2, 3, 32, 64], Gain: 4),
        new Case("fan", new FanNetwork(new FanOptions()), [1, 3, 64, 64], Gain: 2, Low: 0, Main: 3),
        new Case("distilled-fan", new DistilledFanNetwork(), [2, 3, 24, 20], Gain: 6, Low: 0),
        new Case("vgg16", Vgg(16, 64, "relu1_2", "relu2_2", "relu3_3", "relu4_3"), [1, 3, 48, 48], Gain: 6, Main: 3),
        new Case("vgg19", Vgg(19, 64, "relu5_4", "relu3_2", "relu3_4"), [1, 3, 48, 48], Gain: 6),
        new Case("face-features", Vgg(16, 32, "relu2_2", "relu5_3"), [2, 3, 64, 64], Gain: 6, Main: 1),
        new Case("inet", new InetNetwork(new InetOptions { InputSize = 64, Width = 8, Embedding = 48 }), [2, 3, 64, 64], Gain: 6),
        new Case("inet-pooled-128", PooledInet(128), [2, 3, 128, 128], Gain: 6),
        new Case("inet-pooled-224", PooledInet(224), [2, 3, 224, 224], Gain: 6),
        new Case("inet-pooled-256", PooledInet(256), [2, 3, 256, 256], Gain: 6),
    ];

    public static TheoryData<string> Names => [.. Cases.Select(c => c.Name)];

    /// <summary>At full size, without numbers: input, what comes out, and the parameters that the papers and published files have.</summary>
    public static TheoryData<string, Block, int[], string, long> Published => new()
    {
        { "face-parser", new BiSeNetNetwork(new BiSeNetOptions()), [3, 512, 512], "19x512x512 19x512x512 19x512x512", 13_300_416 },
        { "fan", new FanNetwork(new FanOptions()), [3, 256, 256], "68x64x64 68x64x64 68x64x64 68x64x64", 23_820_176 },
        { "distilled-fan", new DistilledFanNetwork(), [3, 128, 128], "68x128x128", 321_412 },
        { "vgg16", Vgg(16, 64, "relu5_3"), [3, 224, 224], "512x14x14", 14_714_688 },
        { "vgg19", Vgg(19, 64, "relu5_4"), [3, 224, 224], "512x14x14", 20_024_384 },
        // The 13 convolutions of VGG-16, 512 * 8 * 8 * 4096 + 4096, and 4096 * 4096 + 4096.
        { "inet-vgg16", new InetNetwork(new InetOptions()), [3, 256, 256], "4096", 14_714_688 + 134_221_824 + 16_781_312 },
    };

    /// <summary>Reviewed as code: a change of depth, width or names shows here.</summary>
    [Theory]
    [MemberData(nameof(Published))]
    public void Sizes_and_weights_are_the_published_ones(string name, Block network, int[] input, string outputs, long parameters)
    {
        var report = ShapeWalk.Of(network.NamedWeights(), [input], x => Outputs(network, x[0]));

        report.Parameters.ShouldBe(parameters);
        string.Join(' ', report.OutputShapes.Select(shape => string.Join('x', shape))).ShouldBe(outputs);
        var listing = network.NamedWeights().Select(named => $"{named.Path} {string.Join('x', named.Weight.Shape)}{(named.Weight.Learned ? "" : " buffer")}");
        listing.ShouldBe(File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "Approved", $"{name}.txt")));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void LibTorch_computes_what_PyTorch_does(string name)
    {
        using var scope = new TensorScope();
        using var mode = Autograd.WithoutGradients();
        var prior = Cases.Single(c => c.Name == name);
        using var network = Numbered(prior);

        var outputs = Outputs(prior.Network, network.Enter(Input(prior), InUse)).Select(TorchNetwork.Leave).ToArray();

        outputs.Length.ShouldBe(Reference.Names.Count(array => array.StartsWith($"{name}:y", StringComparison.Ordinal)));
        foreach (var (i, output) in outputs.Index())
        {
            ShouldBePyTorchs(name, i, output.Shape, output.ToArray());
        }

        network.Forward(Input(prior), InUse).ToArray().ShouldBe(outputs[prior.Main].ToArray());
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void ONNX_Runtime_computes_the_same_from_the_export(string name)
    {
        var prior = Cases.Single(c => c.Name == name);
        var file = OnnxExport.Record(
            name,
            [new OnnxInput("x", prior.Input[1..])],
            x => [.. Outputs(prior.Network, x[0]).Index().Select(output => ($"y{output.Index}", output.Item))],
            named => Numbers(prior, named),
            prior.Network.NamedWeights(),
            new Dictionary<string, string>());
        using var model = OnnxModel.Load(file, name, new OnnxOptions { Threads = 1 });

        var outputs = model.Run(new Dictionary<string, Restoration.OnnxTensor> { ["x"] = new(InputValues(prior), prior.Input) });

        for (var i = 0; i < outputs.Count; i++)
        {
            var output = outputs[$"y{i}"];
            ShouldBePyTorchs(name, i, [.. output.Shape.Select(extent => (long)extent)], output.Values.Span);
        }
    }

    [Theory]
    [InlineData("bisenet-narrow")]
    [InlineData("fan")]
    [InlineData("distilled-fan")]
    [InlineData("face-features")]
    [InlineData("inet")]
    public void Every_weight_receives_a_gradient(string name)
    {
        using var scope = new TensorScope();
        var prior = Cases.Single(c => c.Name == name);
        using var network = Numbered(prior);

        var outputs = Outputs(prior.Network, network.Enter(Input(prior), InUse)).Select(TorchNetwork.Leave);
        var gradients = Autograd.Gradients(outputs.Select(y => (y * y).Mean()).Aggregate((sum, y) => sum + y), network.Parameters);

        var learned = network.Weights.Where(named => named.Weight.Learned).Select(named => named.Path);
        learned.Zip(gradients).Where(pair => pair.Second.Abs().Sum().Item() is 0 or double.NaN).Select(pair => pair.First).ShouldBeEmpty();
    }

    [Fact]
    public void Two_faces_are_one_persons_by_the_weighted_difference_of_their_embeddings()
    {
        using var scope = new TensorScope();
        using var mode = Autograd.WithoutGradients();
        var pair = new InetPairNetwork(new InetOptions { InputSize = 64, Width = 4, Embedding = 24 });
        var prior = new Case("inet-pair", pair, [6, 3, 64, 64], Gain: 6);
        using var network = Numbered(prior);

        var embeddings = network.Forward(Input(prior), InUse);
        var same = pair.Same(network.Enter(embeddings.Narrow(0, 0, 3), InUse), network.Enter(embeddings.Narrow(0, 3, 3), InUse));

        ShouldBePyTorchs("inet-pair", 0, TorchNetwork.Leave(same).Shape, TorchNetwork.Leave(same).ToArray());
    }

    /// <param name="Input">With N.</param>
    /// <param name="Gain">Of <see cref="NetworkNumbers"/>.</param>
    /// <param name="Low">Where the input's range begins; it ends at 1.</param>
    /// <param name="Main">Which of the outputs Forward gives alone.</param>
    private sealed record Case(string Name, Block Network, int[] Input, double Gain, double Low = -1, int Main = 0);

    private static ForwardMode InUse => new(Training: false, Precision.Fp32);

    private static VggNetwork Vgg(int depth, int width, params string[] layers) => new(new VggOptions { Depth = depth, Width = width, Layers = layers });

    private static InetNetwork PooledInet(int size) => new(new InetOptions { InputSize = size, PoolTo7 = true, Width = 4, Embedding = 24 });

    private static IReadOnlyList<FeatureMap> Outputs(Block network, FeatureMap x) => network switch
    {
        BiSeNetNetwork parser => parser.Heads(x),
        FanNetwork fan => fan.Stacks(x),
        VggNetwork vgg => vgg.Features(x),
        _ => [network.Forward(x)],
    };

    private static TorchNetwork Numbered(Case prior)
    {
        var network = new TorchNetwork(prior.Name, prior.Network, seed: 0);
        network.Load(network.Weights.ToDictionary(named => named.Path, named =>
            StoredArray.Of(named.Path, Numbers(prior, named), [.. named.Weight.Shape.Select(extent => (long)extent)])));
        return network;
    }

    private static float[] Numbers(Case prior, NamedWeight named) => NetworkNumbers.Of(prior.Name, named.Path, named.Weight.Shape, prior.Gain);

    private static float[] InputValues(Case prior)
    {
        var values = new float[prior.Input.Aggregate(1, (count, extent) => count * extent)];
        Fixtures.Numbers.Fill(values, $"{prior.Name}.x", prior.Low);
        return values;
    }

    private static Tensor Input(Case prior) => Tensor.Of(InputValues(prior), [.. prior.Input.Select(extent => (long)extent)]);

    private static void ShouldBePyTorchs(string name, int index, IReadOnlyList<long> shape, ReadOnlySpan<float> values)
    {
        shape.Select(extent => (float)extent).ShouldBe(Reference[$"{name}:shape{index}"]);
        Sample.Of(values).ShouldBeClose(Reference[$"{name}:y{index}"], Tolerance, $"{name}:y{index}");
    }
}
