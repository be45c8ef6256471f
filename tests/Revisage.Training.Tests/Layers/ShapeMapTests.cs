using Revisage.Training.Layers;

namespace Revisage.Training.Tests.Layers;

public class ShapeMapTests
{
    [Theory]
    [InlineData("conv2d", "4x5x7")]
    [InlineData("conv2d_stride", "4x4x3")]
    [InlineData("conv2d_dilation", "4x9x7")]
    [InlineData("conv2d_groups", "6x3x5")]
    [InlineData("conv_transpose2d_4_2_1", "4x10x14")]
    [InlineData("conv_transpose2d_output_padding", "4x10x14")]
    [InlineData("conv_transpose2d_groups", "6x7x9")]
    [InlineData("linear", "6")]
    [InlineData("subtract_from_one_channel", "3x5x7")]
    [InlineData("max_pool_2_2", "3x2x3")]
    [InlineData("average_pool_3_2_1", "3x3x4")]
    [InlineData("global_max_pool", "3x1x1")]
    [InlineData("channel_mean", "1x5x7")]
    [InlineData("resize_bicubic_1.5", "3x7x10")]
    [InlineData("pixel_shuffle_3", "2x9x6")]
    [InlineData("pixel_unshuffle_2", "12x2x3")]
    [InlineData("pad_reflect", "3x12x10")]
    [InlineData("concat", "6x5x7")]
    [InlineData("channels", "3x5x7")]
    [InlineData("flatten", "105")]
    [InlineData("transpose_last", "3x7x5")]
    [InlineData("mat_mul", "3x4x6")]
    [InlineData("batch_std", "5x5x7")]
    public void An_operators_output_has_the_size_it_should(string name, string expected)
    {
        var operatorCase = Operators.Find(name);

        var report = ShapeWalk.Of(operatorCase.Weights, [.. operatorCase.Inputs.Select(input => input.Shape[1..])], x => [operatorCase.Apply([.. x])]);

        string.Join('x', report.OutputShapes[0]).ShouldBe(expected);
    }

    [Fact]
    public void A_convolution_of_the_wrong_width_is_named_with_what_it_takes_and_what_it_gets()
    {
        var network = new Fusing(128);

        Should.Throw<RevisageException>(() => ShapeWalk.Of(network, 64, 16, 16))
            .Message.ShouldBe("Conv2d 'fuse' takes 128 channels, but its input has 64 (shape Nx64x16x16).");
    }

    [Fact]
    public void A_weight_the_walk_was_not_told_of_is_not_named() =>
        Fault(x => x[0].Linear(new Weight([5, 4], Initializers.Zeros), null), [3])
            .ShouldBe("Linear takes 4 features, but its input has 3 (shape Nx3).");

    [Fact]
    public void A_window_larger_than_its_input_is_refused() =>
        Fault(x => x[0].MaxPool(4, 2), [3, 2, 8]).ShouldBe("MaxPool finds its input too small (shape Nx3x2x8).");

    [Fact]
    public void Operators_on_maps_refuse_rows_of_features() =>
        Fault(x => x[0].PixelShuffle(2), [12]).ShouldBe("PixelShuffle takes maps of channels, height and width (shape Nx12).");

    [Fact]
    public void Maps_of_unlike_sizes_do_not_add() =>
        Fault(x => x[0] + x[1], [3, 4, 4], [3, 4, 5])
            .ShouldBe("'+' takes maps of one shape, or 1 where they differ, but the right is Nx3x4x5 (shape Nx3x4x4).");

    [Fact]
    public void A_weight_with_a_batch_does_not_broadcast() =>
        Fault(x => x[0].Multiply(new Weight([2, 3, 1, 1], Initializers.Ones)), [3, 4, 4])
            .ShouldBe("'*' does not broadcast from 2x3x1x1 (shape Nx3x4x4).");

    [Fact]
    public void Unshuffling_an_odd_height_is_refused() =>
        Fault(x => x[0].PixelUnshuffle(2), [3, 5, 4]).ShouldBe("PixelUnshuffle splits 5 rows into 2 parts, which leaves a remainder (shape Nx3x5x4).");

    [Fact]
    public void Pillows_bicubic_only_enlarges() =>
        Fault(x => x[0].Resize(Interpolation.PillowBicubic, 0.5), [3, 4, 4])
            .ShouldBe("Resize enlarges as Pillow does, from pixel centres: it takes no factor below 1 and no aligned corners (shape Nx3x4x4).");

    [Fact]
    public void A_flow_of_another_size_is_refused() =>
        Fault(x => x[0].Warp(x[1], WarpBorder.Edge), [3, 4, 4], [2, 4, 5]).ShouldBe("Warp takes a flow of Nx2x4x4, but it is Nx2x4x5 (shape Nx3x4x4).");

    [Fact]
    public void Mirroring_more_than_there_is_is_refused() =>
        Fault(x => x[0].PadReflect(0, 4, 0, 0), [3, 4, 4])
            .ShouldBe("PadReflect mirrors 4 columns and 0 rows, more than the map has beside its border (shape Nx3x4x4).");

    [Fact]
    public void Reshaping_keeps_the_count_of_values() =>
        Fault(x => x[0].Reshape(3, 5), [4, 4]).ShouldBe("Reshape makes Nx3x5, which holds 15 values an image, of 16 (shape Nx4x4).");

    [Fact]
    public void Reshaping_leaves_no_remainder() =>
        Fault(x => x[0].Reshape(3, -1), [4, 4]).ShouldBe("Reshape splits 16 values into 3 parts, which leaves a remainder (shape Nx4x4).");

    [Fact]
    public void Values_of_two_walks_do_not_mix()
    {
        FeatureMap? other = null;
        ShapeWalk.Of([], [[3, 4, 4]], x => [other = x[0]]);

        Should.Throw<InvalidOperationException>(() => ShapeWalk.Of([], [[3, 4, 4]], x => [x[0] + other!]));
    }

    private static string Fault(Func<IReadOnlyList<FeatureMap>, FeatureMap> forward, params int[][] shapes) =>
        Should.Throw<RevisageException>(() => ShapeWalk.Of([], shapes, x => [forward(x)])).Message;

    private sealed class Fusing(int channels) : Block
    {
        private readonly Conv2d fuse = new(channels, 3, 1);

        public override FeatureMap Forward(FeatureMap x) => fuse.Forward(x);
    }
}
