using Revisage.Training.Layers;

namespace Revisage.Training.Tests.Layers;

public class ShapeWalkTests
{
    [Fact]
    public void Counts_a_convolution_and_a_linear_layer_as_one_does_by_hand()
    {
        var report = ShapeWalk.Of(new Small(), 3, 4, 6);

        report.OutputShapes.ShouldHaveSingleItem().ShouldBe([5]);
        report.Parameters.ShouldBe((2 * 3 * 3 * 3 + 2) + 2 + 2 + (5 * 12 + 5));
        report.Buffers.ShouldBe(2 + 2);
        report.MultiplyAddsByBlock.ShouldBe(new Dictionary<string, long>
        {
            ["conv"] = 2 * 3 * 9 * (2 * 3),             // the output is 2 x 2 x 3
            ["head"] = 5 * 12,
        });
        report.MultiplyAdds.ShouldBe(324 + 60);
    }

    [Fact]
    public void Edsr_of_16_blocks_and_64_channels_has_1665283_parameters_and_enlarges_8_times()
    {
        var report = ShapeWalk.Of(new TestEdsr(channels: 64, blocks: 16), 3, 16, 16);

        report.Parameters.ShouldBe(1_665_283);
        report.Buffers.ShouldBe(0);
        report.OutputShapes.ShouldHaveSingleItem().ShouldBe([3, 128, 128]);
        report.MultiplyAddsByBlock["body.0.conv1"].ShouldBe(64 * 64 * 9 * 16 * 16);
        // head, 33 convolutions of 64 channels at 16 pixels, three of 64 to 256 at 16, 32 and 64, the tail at 128.
        report.MultiplyAdds.ShouldBe((3 * 64 * 9L + 33 * 64 * 64 * 9) * 256 + 64 * 256 * 9L * (256 + 1024 + 4096) + 64 * 3 * 9L * 16384);
    }

    [Fact]
    public void A_network_of_two_inputs_and_two_outputs_is_walked_through_its_own_method()
    {
        var network = new Small();

        var report = ShapeWalk.Of(network.NamedWeights(), [[3, 4, 6], [1, 4, 6]], x => [x[0] * x[1], network.Forward(x[0])]);

        report.OutputShapes.Select(shape => string.Join('x', shape)).ShouldBe(["3x4x6", "5"]);
    }

    [Fact]
    public void The_product_of_two_maps_is_counted_under_no_block()
    {
        var report = ShapeWalk.Of([], [[4, 5], [5, 6]], x => [x[0].MatMul(x[1])]);

        report.MultiplyAddsByBlock.ShouldBe(new Dictionary<string, long> { [""] = 4 * 5 * 6 });
    }

    private sealed class Small : Block
    {
        private readonly Conv2d conv = new(3, 2, 3, stride: 2, padding: 1);
        private readonly BatchNorm2d norm = new(2);
        private readonly Linear head = new(12, 5);

        public override FeatureMap Forward(FeatureMap x) => head.Forward(norm.Forward(conv.Forward(x)).Relu().Flatten());
    }
}
