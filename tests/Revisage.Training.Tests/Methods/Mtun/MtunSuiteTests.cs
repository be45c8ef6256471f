using Revisage.Fixtures;
using Revisage.Training.Layers;
using Revisage.Training.Methods.Mtun;

namespace Revisage.Training.Tests.Methods.Mtun;

/// <summary>MTUN's networks: their sizes and weights, and their numbers against PyTorch's (<c>fixtures/torch/mtun.py</c>), executed and exported.</summary>
[Trait("Category", "torch")]
public class MtunSuiteTests
{
    private static readonly TorchFixture Reference = new("mtun.safetensors");

    // Angles of about 0.6, so that the picture is turned, and well in sight.
    private static readonly Dictionary<string, float[]> Turned = new() { ["transformer.fc2.bias"] = [0.6f, 0.9f, 0.1f, -0.2f] };

    private static readonly NetworkCase[] Generators =
    [
        Generator("mtun-narrow", Narrow),
        Generator("mtun-one-stack", Narrow with { Stacks = 1 }),
        Generator("mtun-no-heatmaps", Narrow with { Heatmaps = HeatmapPlace.None }),
        Generator("mtun-heatmaps-16", Narrow with { Heatmaps = HeatmapPlace.At16, Stacks = 2 }),
        Generator("mtun-heatmaps-32", Narrow with { Heatmaps = HeatmapPlace.At32, Stacks = 2 }),
        Generator("mtun-no-autoencoder", Narrow with { Autoencoder = false, Stacks = 2 }),
        Generator("mtun-no-skip", Narrow with { Skip = false, Stacks = 2 }),
        Generator("mtun-sibling-head", Narrow with { Transformer = TransformerHead.Sibling64, Stacks = 2 }),
        new NetworkCase(Reference, "stn0", new Stn0Network(), 3, ("x", [2, 3, 16, 16])) { Given = Turned },
    ];

    private static readonly NetworkCase Discriminator =
        new(Reference, "mtun-discriminator", new MtunDiscriminator(new MtunDiscriminatorOptions()), 6, ("x", [2, 3, 128, 128]));

    public static TheoryData<string> Names => [.. Generators.Select(c => c.Name)];

    /// <summary>At full size, without numbers: input, output, and the parameters that follow from the authors' layers.</summary>
    public static TheoryData<string, Block, int, string, long> Published => new()
    {
        { "mtun", new MtunGenerator(new MtunOptions()), 16, "3x128x128", 44_950_607 },
        { "mtun-discriminator", new MtunDiscriminator(new MtunDiscriminatorOptions()), 128, "1", 6_859_425 },
        { "stn0", new Stn0Network(), 16, "3x16x16", 38_588 },
    };

    /// <summary>Reviewed as code: a change of depth, width or names shows here.</summary>
    [Theory]
    [MemberData(nameof(Published))]
    public void Sizes_and_weights_are_the_approved_ones(string name, Block network, int side, string output, long parameters)
    {
        var report = ShapeWalk.Of(network, 3, side, side);

        report.Parameters.ShouldBe(parameters);
        string.Join('x', report.OutputShapes.ShouldHaveSingleItem()).ShouldBe(output);
        NetworkCase.Listing(network).ShouldBe(NetworkCase.Approved(name));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void LibTorch_computes_what_PyTorch_does(string name) => Find(name).LibTorchShouldAgree();

    [Fact]
    public void LibTorch_does_at_full_size() => (Generator("mtun", new MtunOptions()) with { Inputs = [("x", [1, 3, 16, 16])] }).LibTorchShouldAgree();

    [Theory]
    [MemberData(nameof(Names))]
    public void ONNX_Runtime_computes_the_same_from_the_export(string name) => Find(name).OnnxRuntimeShouldAgree();

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_weight_receives_a_gradient(string name) => Find(name).EveryWeightShouldReceiveAGradient();

    [Theory]
    [MemberData(nameof(Names))]
    public void Training_in_bf16_stays_finite(string name) => Find(name).TrainingShouldStayFiniteInBf16();

    [Fact]
    public void The_discriminators_training_in_bf16_stays_finite() => Discriminator.TrainingShouldStayFiniteInBf16();

    [Fact]
    public void The_discriminator_computes_what_PyTorchs_does() => Discriminator.LibTorchShouldAgree();

    [Fact]
    public void The_discriminator_is_differentiated_twice_as_PyTorchs() => Discriminator.GradientPenaltyShouldAgree();

    private static MtunOptions Narrow => new() { Width = 4, Features = 16 };

    private static NetworkCase Find(string name) => Generators.Single(c => c.Name == name);

    private static NetworkCase Generator(string name, MtunOptions options)
    {
        var network = new MtunGenerator(options);
        return new NetworkCase(Reference, name, network, 3, ("x", [2, 3, 16, 16]))
        {
            Given = Turned,
            AllOutputs = x =>
            {
                var (face, heatmaps) = network.FaceAndHeatmaps(x[0]);
                return [face, .. heatmaps];
            },
        };
    }
}
