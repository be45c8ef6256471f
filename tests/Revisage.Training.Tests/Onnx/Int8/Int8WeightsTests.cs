using Revisage.Training.Onnx.Int8;

namespace Revisage.Training.Tests.Onnx.Int8;

public class Int8WeightsTests
{
    [Fact]
    public void Each_channel_reaches_127_by_a_scale_of_its_own()
    {
        var made = Int8Weights.Of([1.27f, -0.64f, 12.7f, 6.4f], 2, [1, -1], inputScale: 0.5f);

        made.Values.ShouldBe([127, -64, 127, 64]);
        made.Scales.ShouldBe([0.01f, 0.1f], 1e-7);
        made.BiasScales.ShouldBe([0.005f, 0.05f], 1e-7);
        made.Bias.ShouldBe([200, -20]);
    }

    [Fact]
    public void A_channel_of_zeros_keeps_its_bias()
    {
        var made = Int8Weights.Of([0, 0, 1.27f, 0], 2, [0.3f, 0], inputScale: 0.02f);

        made.Values.ShouldBe([0, 0, 127, 0]);
        (made.Bias[0] * (double)made.BiasScales[0]).ShouldBe(0.3, 1e-6);
        made.Scales.ShouldAllBe(scale => float.IsNormal(scale));
    }

    [Fact]
    public void A_channel_of_zeros_without_bias_has_a_scale() =>
        Int8Weights.Of([0, 0, 0, 0], 2, [], inputScale: 0.02f).Scales.ShouldBe([1, 1]);

    [Fact]
    public void A_bias_far_above_its_weights_fits_into_32_bits()
    {
        var made = Int8Weights.Of([1e-12f], 1, [5], inputScale: 0.02f);

        (made.Bias[0] * (double)made.BiasScales[0]).ShouldBe(5, 1e-5);
    }
}
