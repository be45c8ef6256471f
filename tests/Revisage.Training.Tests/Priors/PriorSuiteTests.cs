using Revisage.Fixtures;
using Revisage.Torch;
using Revisage.Training.Layers;
using Revisage.Training.Priors.Alignment;
using Revisage.Training.Priors.Features;
using Revisage.Training.Priors.Identity;
using Revisage.Training.Priors.Parsing;
using Revisage.Training.Tests.Methods;
using Revisage.Training.Torch;

namespace Revisage.Training.Tests.Priors;

/// <summary>
/// Every prior's network: its size and weights as published, and its numbers against PyTorch's
/// (<c>fixtures/torch/priors.py</c>), executed and exported.
/// </summary>
[Trait("Category", "torch")]
public class PriorSuiteTests
{
    private static readonly TorchFixture Reference = new("priors.safetensors");

    private static readonly NetworkCase[] Cases =
    [
        Case("bisenet", new BiSeNetNetwork(new BiSeNetOptions()), [2, 3, 64, 96], gain: 4),
        Case("bisenet-narrow", new BiSeNetNetwork(new BiSeNetOptions { Width = 8, Classes = 5 }), [2, 3, 32, 64], gain: 4),
        Case("fan", new FanNetwork(new FanOptions()), [1, 3, 64, 64], gain: 2, low: 0, main: 3),
        Case("distilled-fan", new DistilledFanNetwork(), [2, 3, 24, 20], gain: 6, low: 0),
        Case("vgg16", Vgg(16, 64, "relu1_2", "relu2_2", "relu3_3", "relu4_3"), [1, 3, 48, 48], gain: 6, main: 3),
        Case("vgg19", Vgg(19, 64, "relu5_4", "relu3_2", "relu3_4"), [1, 3, 48, 48], gain: 6),
        Case("face-features", Vgg(16, 32, "relu2_2", "relu5_3"), [2, 3, 64, 64], gain: 6, main: 1),
        Case("inet", new InetNetwork(new InetOptions { InputSize = 64, Width = 8, Embedding = 48 }), [2, 3, 64, 64], gain: 6),
        Case("inet-pooled-128", PooledInet(128), [2, 3, 128, 128], gain: 6),
        Case("inet-pooled-224", PooledInet(224), [2, 3, 224, 224], gain: 6),
        Case("inet-pooled-256", PooledInet(256), [2, 3, 256, 256], gain: 6),
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
        NetworkCase.ShouldBeApproved(name, network);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void LibTorch_computes_what_PyTorch_does(string name) => Cases.Single(c => c.Name == name).LibTorchShouldAgree();

    [Theory]
    [MemberData(nameof(Names))]
    public void ONNX_Runtime_computes_the_same_from_the_export(string name) => Cases.Single(c => c.Name == name).OnnxRuntimeShouldAgree();

    [Theory]
    [InlineData("bisenet-narrow")]
    [InlineData("fan")]
    [InlineData("distilled-fan")]
    [InlineData("face-features")]
    [InlineData("inet")]
    public void Every_weight_receives_a_gradient(string name) => Cases.Single(c => c.Name == name).EveryWeightShouldReceiveAGradient();

    [Fact]
    public void Two_faces_are_one_persons_by_the_weighted_difference_of_their_embeddings()
    {
        using var scope = new TensorScope();
        using var mode = Autograd.WithoutGradients();
        var pair = new InetPairNetwork(new InetOptions { InputSize = 64, Width = 4, Embedding = 24 });
        var faces = new NetworkCase(Reference, "inet-pair", pair, 6, ("x", [6, 3, 64, 64]));
        using var network = faces.Numbered();

        var embeddings = faces.Compute(network, NetworkCase.InUse)[0];
        var same = pair.Same(network.Enter(embeddings.Narrow(0, 0, 3), NetworkCase.InUse), network.Enter(embeddings.Narrow(0, 3, 3), NetworkCase.InUse));

        TorchNetwork.Leave(same).Shape.ShouldBe([3, 1]);
        TorchNetwork.Leave(same).ToArray().ShouldBeClose(Reference["inet-pair:y0"], 1e-4, "same");
    }

    /// <param name="low">Where the input's range begins; it ends at 1.</param>
    /// <param name="main">Which of the outputs Forward gives alone.</param>
    private static NetworkCase Case(string name, Block network, int[] input, double gain, double low = -1, int main = 0) =>
        new(Reference, name, network, gain, ("x", input)) { Low = low, Main = main, AllOutputs = x => Outputs(network, x[0]) };

    private static VggNetwork Vgg(int depth, int width, params string[] layers) => new(new VggOptions { Depth = depth, Width = width, Layers = layers });

    private static InetNetwork PooledInet(int size) => new(new InetOptions { InputSize = size, PoolTo7 = true, Width = 4, Embedding = 24 });

    private static IReadOnlyList<FeatureMap> Outputs(Block network, FeatureMap x) => network switch
    {
        BiSeNetNetwork parser => parser.Heads(x),
        FanNetwork fan => fan.Stacks(x),
        VggNetwork vgg => vgg.Features(x),
        _ => [network.Forward(x)],
    };
}
