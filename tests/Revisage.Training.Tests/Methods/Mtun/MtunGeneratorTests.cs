using Revisage.Training.Layers;
using Revisage.Training.Methods.Mtun;

namespace Revisage.Training.Tests.Methods.Mtun;

public class MtunGeneratorTests
{
    [Fact]
    public void Its_parts_have_the_parameters_that_follow_from_the_authors_layers()
    {
        var parts = new MtunGenerator(new MtunOptions()).NamedWeights().Where(named => named.Weight.Learned)
            .GroupBy(named => named.Path.Split('.')[0]).ToDictionary(part => part.Key, part => part.Sum(named => named.Weight.Count));

        parts["autoencoder"].ShouldBe(42_157_024);
        (parts["up32"] + parts["up64"]).ShouldBe(662_080);
        parts["transformer"].ShouldBe(45_244);
        parts["upright"].ShouldBe(38_784);
        parts["branch"].ShouldBe(1_763_664);
        (parts["decoder"] + parts["tail"]).ShouldBe(283_811);
        parts.Count.ShouldBe(8);
    }

    [Theory]
    [InlineData(HeatmapPlace.At64, 4, "3x128x128 4x64x64 4x64x64 4x64x64 4x64x64")]
    [InlineData(HeatmapPlace.At64, 1, "3x128x128 4x64x64")]
    [InlineData(HeatmapPlace.At32, 2, "3x128x128 4x32x32 4x32x32")]
    [InlineData(HeatmapPlace.At16, 3, "3x128x128 4x16x16 4x16x16 4x16x16")]
    [InlineData(HeatmapPlace.None, 4, "3x128x128")]
    public void A_face_comes_with_the_heatmaps_of_every_stack(HeatmapPlace place, int stacks, string shapes)
    {
        var network = new MtunGenerator(new MtunOptions { Heatmaps = place, Stacks = stacks });

        var report = ShapeWalk.Of(network.NamedWeights(), [[3, 16, 16]], x =>
        {
            var (face, heatmaps) = network.FaceAndHeatmaps(x[0]);
            return [face, .. heatmaps];
        });

        string.Join(' ', report.OutputShapes.Select(shape => string.Join('x', shape))).ShouldBe(shapes);
    }

    /// <summary>What each ablation of the paper takes away, counted by hand from its layers.</summary>
    [Fact]
    public void An_ablation_changes_the_weights_it_says()
    {
        var whole = Parameters(new MtunOptions());

        // A stack: 9 + 1 residual blocks of 41,344; 1x1 convolution and norm 4,288; its maps 260; what it tells the next 4,160 + 320.
        (whole - Parameters(new MtunOptions { Stacks = 3 })).ShouldBe(10 * 41_344 + 4_288 + 260 + 4_480);
        // The autoencoder, and the 256 channels that it gives the first transposed convolution.
        (whole - Parameters(new MtunOptions { Autoencoder = false })).ShouldBe(42_157_024 + 256 * 128 * 16);
        // The by-pass 36,928 + 41,344, and 55,360 + 21,792 that mix it in, against 9,248 + 10,432.
        (whole - Parameters(new MtunOptions { Skip = false })).ShouldBe(36_928 + 41_344 + 55_360 + 21_792 - 9_248 - 10_432);
        // 128, not 20, channels of 67 x 25; 20 of 128, not 20, x 25; a third convolution; 180, not 80, numbers.
        (Parameters(new MtunOptions { Transformer = TransformerHead.Sibling64 }) - whole)
            .ShouldBe(108 * (67 * 25 + 1) + 20 * 108 * 25 + (20 * 20 * 9 + 20) + 20 * 100);
    }

    [Fact]
    public void Half_the_widths_are_a_quarter_of_the_branch()
    {
        var half = new MtunGenerator(new MtunOptions { Width = 16, Features = 32 });

        ShapeWalk.Of(half, 3, 16, 16).OutputShapes.ShouldHaveSingleItem().ShouldBe([3, 128, 128]);
        // 3x3 and 1x1 convolutions of 32 to 32 channels, 9,248 + 1,056, and two norms.
        half.NamedWeights().Where(named => named.Path.StartsWith("branch.first.", StringComparison.Ordinal) && named.Weight.Learned)
            .Sum(named => named.Weight.Count).ShouldBe(9_248 + 1_056 + 2 * 64);
    }

    [Fact]
    public void A_branch_without_stacks_is_refused() =>
        Should.Throw<RevisageException>(() => new MtunGenerator(new MtunOptions { Stacks = 0 }))
            .Message.ShouldBe("MTUN's heatmaps come from one or more hourglasses, but stacks is 0. Set heatmaps to none to leave them out.");

    [Fact]
    public void A_face_of_another_size_is_refused() =>
        Should.Throw<RevisageException>(() => ShapeWalk.Of(new MtunGenerator(new MtunOptions()), 3, 24, 24));

    private static long Parameters(MtunOptions options) => ShapeWalk.Of(new MtunGenerator(options), 3, 16, 16).Parameters;
}
