using Revisage.Training.Layers;

namespace Revisage.Training.Tests.Layers;

/// <summary>The blocks that are a line over an operator: what they own, and how PyTorch names it.</summary>
public class LayerTests
{
    [Fact]
    public void A_convolution_owns_weight_and_bias() => Listing(new Conv2d(4, 6, 3, groups: 2)).ShouldBe(["weight 6x2x3x3", "bias 6"]);

    [Fact]
    public void A_convolution_without_bias_owns_its_weight_alone() => Listing(new Conv2d(4, 6, 1, bias: false)).ShouldBe(["weight 6x4x1x1"]);

    [Fact]
    public void A_transposed_convolutions_weight_starts_with_its_inputs() =>
        Listing(new ConvTranspose2d(4, 6, 3, groups: 2)).ShouldBe(["weight 4x3x3x3", "bias 6"]);

    [Fact]
    public void A_linear_layer_is_outputs_by_inputs() => Listing(new Linear(4, 6)).ShouldBe(["weight 6x4", "bias 6"]);

    [Fact]
    public void Batch_norm_keeps_its_running_statistics_as_buffers() =>
        Listing(new BatchNorm2d(4)).ShouldBe(["weight 4", "bias 4", "running_mean 4 buffer", "running_var 4 buffer"]);

    [Fact]
    public void Instance_norm_owns_numbers_only_when_affine()
    {
        Listing(new InstanceNorm2d(4)).ShouldBeEmpty();
        Listing(new InstanceNorm2d(4, affine: true)).ShouldBe(["weight 4", "bias 4"]);
    }

    [Fact]
    public void PRelu_starts_at_a_quarter()
    {
        var network = new PRelu(3);
        var values = new float[3];

        network.NamedWeights().Single().Weight.Initializer(values, [3], new Random(1));

        values.ShouldBe([0.25f, 0.25f, 0.25f]);
    }

    [Fact]
    public void An_equalised_convolution_scales_by_the_root_of_two_over_its_fan_in()
    {
        var network = new EqualizedConv2d(8, 4, 3);

        network.NamedWeights()[0].Weight.Transform.ShouldBe(new EqualizedRate(Math.Sqrt(2.0 / 72)));
    }

    [Fact]
    public void An_equalised_convolution_is_named_as_in_PyTorch_code() =>
        Listing(new EqualizedConv2d(8, 4, 3)).ShouldBe(["conv.weight_orig 4x8x3x3", "conv.bias 4"]);

    [Fact]
    public void A_spectral_convolution_saves_the_vectors_of_its_power_iteration() =>
        Listing(new SpectralConv2d(4, 6, 3)).ShouldBe(["weight 6x4x3x3", "weight_u 6 buffer", "weight_v 36 buffer", "bias 6"]);

    [Fact]
    public void So_does_a_spectral_linear_layer() =>
        Listing(new SpectralLinear(4, 6)).ShouldBe(["weight 6x4", "weight_u 6 buffer", "weight_v 4 buffer", "bias 6"]);

    [Fact]
    public void A_residual_block_and_an_upsampler_name_their_convolutions()
    {
        Listing(new Sequence(new ResidualBlock(4), new Relu(), new Upsampler(4))).ShouldBe(
        [
            "0.conv1.weight 4x4x3x3", "0.conv1.bias 4", "0.conv2.weight 4x4x3x3", "0.conv2.bias 4",
            "2.conv.weight 16x4x3x3", "2.conv.bias 16",
        ]);
    }

    [Fact]
    public void Several_blocks_of_one_field_are_named_by_index_where_its_name_says() => Listing(new Numbered()).ShouldBe(
    [
        "plain.0.weight 2x2", "plain.1.weight 2x2", "m0.weight 3x3", "m1.weight 3x3", "b_1_x.weight 4x4",
    ]);

    private sealed class Numbered : Block
    {
        private readonly Linear[] plain = [new(2, 2, bias: false), new(2, 2, bias: false)];

        [StateName("m{0}")]
        private readonly Linear[] stacks = [new(3, 3, bias: false), new(3, 3, bias: false)];

        [StateName("b_{0}_x", First = 1)]
        private readonly Linear[] levels = [new(4, 4, bias: false)];

        public override FeatureMap Forward(FeatureMap x) => levels[0].Forward(stacks[0].Forward(plain[0].Forward(x)));
    }

    private static IEnumerable<string> Listing(Block network) =>
        network.NamedWeights().Select(named => $"{named.Path} {string.Join('x', named.Weight.Shape)}{(named.Weight.Learned ? "" : " buffer")}");
}
