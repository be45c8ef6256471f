using Revisage.Fixtures;
using Revisage.Training.Layers;
using Revisage.Training.Methods.Baselines;

namespace Revisage.Training.Tests.Methods.Baselines;

/// <summary>
/// The networks that methods are compared with: their sizes and weights, and their numbers against PyTorch's
/// (<c>fixtures/torch/baselines.py</c>), executed and exported.
/// </summary>
[Trait("Category", "torch")]
public class BaselineSuiteTests
{
    private static readonly TorchFixture Reference = new("baselines.safetensors");

    private static readonly NetworkCase[] Generators =
    [
        new(Reference, "srcnn", new SrcnnNetwork(new SrcnnOptions()), 6, ("x", [2, 3, 20, 28])),
        new(Reference, "srcnn-9-5-5", new SrcnnNetwork(new SrcnnOptions { MiddleKernel = 5 }), 6, ("x", [2, 3, 20, 28])),
        new(Reference, "vdsr", new VdsrNetwork(new VdsrOptions()), 6, ("x", [2, 3, 20, 28])),
        new(Reference, "srgan", new SrganGenerator(new SrganOptions()), 1, ("x", [1, 3, 8, 12])),
        new(Reference, "urdgn", new UrdgnGenerator(new UrdgnOptions()), 6, ("x", [2, 3, 4, 6])),
        new(Reference, "cyclegan", new CycleGanGenerator(new CycleGanOptions()), 1, ("x", [1, 3, 20, 28])),
        new(Reference, "cyclegan-up", new CycleGanGenerator(Small, halvings: 0), 1, ("x", [2, 3, 8, 12])),
        new(Reference, "cyclegan-down", new CycleGanGenerator(Small, doublings: 0), 1, ("x", [2, 3, 32, 48])),
        new(Reference, "cyclegan-up-twice", new CycleGanGenerator(Small, halvings: 1), 1, ("x", [2, 3, 16, 20])),
    ];

    private static readonly NetworkCase[] Discriminators =
    [
        new(Reference, "srgan-discriminator-narrow", new SrganDiscriminator(new SrganDiscriminatorOptions { Side = 64, Channels = 8 }), 6, ("x", [2, 3, 64, 64])),
        new(Reference, "cyclegan-discriminator", new CycleGanDiscriminator(new CycleGanDiscriminatorOptions()), 6, ("x", [2, 3, 32, 40])),
        new(Reference, "cyclegan-discriminator-16", new CycleGanDiscriminator(new CycleGanDiscriminatorOptions { Halvings = 1 }), 6, ("x", [2, 3, 16, 16])),
    ];

    public static TheoryData<string> Names => [.. Generators.Select(c => c.Name)];

    public static TheoryData<string> DiscriminatorNames => [.. Discriminators.Select(c => c.Name)];

    /// <summary>At full size, without numbers: input, output, and the parameters, counted by hand from the papers' layers.</summary>
    public static TheoryData<string, Block, int, string, long> Published => new()
    {
        // 9x9 and 1x1 and 5x5: 15,616 + 2,080 + 2,403.
        { "srcnn", new SrcnnNetwork(new SrcnnOptions()), 128, "3x128x128", 20_099 },
        // 1,792; eighteen of 36,928; 1,731.
        { "vdsr", new VdsrNetwork(new VdsrOptions()), 128, "3x128x128", 668_227 },
        // 9x9 and slopes 15,680; 16 blocks of two 36,928, two norms of 128 and 64 slopes; 37,056; 3 doublings of 147,712 and 64 slopes; 9x9 15,555.
        { "srgan", new SrganGenerator(new SrganOptions()), 16, "3x128x128", 15_680 + 16 * 74_176 + 37_056 + 3 * 147_776 + 15_555 },
        // Convolutions 1,792 + 36,928 + 73,856 + 147,584 + 295,168 + 590,080 + 1,180,160 + 2,359,808; norms of 2 (64 + 2 * 128 + 2 * 256 + 2 * 512);
        // 32,768 to 1,024 to 1.
        { "srgan-discriminator", new SrganDiscriminator(new SrganDiscriminatorOptions()), 128, "1", 4_685_376 + 3_712 + 33_555_456 + 1_025 },
        // 448 + 9,280 + 204,928 + 819,456 + 19,203, and norms of 2 (16 + 64 + 128 + 256).
        { "urdgn", new UrdgnGenerator(new UrdgnOptions()), 16, "3x128x128", 1_053_315 + 928 },
        { "cyclegan", new CycleGanGenerator(new CycleGanOptions()), 128, "3x128x128", 11_378_179 },
        // 16 pixels: 128 / 8 - 2 = 14.
        { "cyclegan-discriminator", new CycleGanDiscriminator(new CycleGanDiscriminatorOptions()), 128, "1x14x14", 2_764_737 },
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

    [Theory]
    [MemberData(nameof(Names))]
    public void ONNX_Runtime_computes_the_same_from_the_export(string name) => Find(name).OnnxRuntimeShouldAgree();

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_weight_receives_a_gradient(string name) => Find(name).EveryWeightShouldReceiveAGradient();

    [Theory]
    [MemberData(nameof(Names))]
    [MemberData(nameof(DiscriminatorNames))]
    public void Training_in_bf16_stays_finite(string name) => Generators.Concat(Discriminators).Single(c => c.Name == name).TrainingShouldStayFiniteInBf16();

    [Theory]
    [MemberData(nameof(DiscriminatorNames))]
    public void A_discriminator_computes_what_PyTorchs_does(string name) => Discriminators.Single(c => c.Name == name).LibTorchShouldAgree();

    [Theory]
    [MemberData(nameof(DiscriminatorNames))]
    public void A_discriminator_is_differentiated_twice_as_PyTorchs(string name) => Discriminators.Single(c => c.Name == name).GradientPenaltyShouldAgree();

    private static CycleGanOptions Small => new() { Width = 8, Blocks = 2 };

    private static NetworkCase Find(string name) => Generators.Single(c => c.Name == name);
}
