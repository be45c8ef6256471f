namespace Revisage.Training.Onnx.Int8;

/// <summary>
/// A convolution's weights as signed bytes, symmetric, with a scale for each output channel: w = Scales[c] q; and its bias in 32 bits,
/// in the steps that sums of products come in.
/// </summary>
/// <param name="Values">From -127 to 127, in the order of the floats.</param>
/// <param name="Bias">bias = BiasScales[c] q; empty without one.</param>
/// <param name="BiasScales">Each the activation's scale times the channel's.</param>
internal sealed record Int8Weights(sbyte[] Values, float[] Scales, int[] Bias, float[] BiasScales)
{
    // A bias of so many steps leaves the other half of 32 bits to the sum.
    private const float LargestBias = 1 << 30;

    /// <param name="weights">[out channels, ...].</param>
    /// <param name="bias">[out channels], or empty.</param>
    /// <param name="inputScale">Of the activation that comes in.</param>
    public static Int8Weights Of(ReadOnlySpan<float> weights, int channels, ReadOnlySpan<float> bias, float inputScale)
    {
        var count = weights.Length / channels;
        var (values, scales) = (new sbyte[weights.Length], new float[channels]);
        var (steps, biasScales) = (new int[bias.Length], new float[bias.Length]);
        for (var channel = 0; channel < channels; channel++)
        {
            var own = weights.Slice(channel * count, count);
            var largest = 0f;
            foreach (var weight in own)
            {
                largest = Math.Max(largest, Math.Abs(weight));
            }

            // A channel of zeros has no scale of its own, but its bias must fit.
            var scale = Math.Max(largest / sbyte.MaxValue, bias.IsEmpty ? 0 : Math.Abs(bias[channel]) / inputScale / LargestBias);
            scale = float.IsNormal(scale) && float.IsNormal(scale * inputScale) ? scale : 1;
            scales[channel] = scale;
            for (var i = 0; i < count; i++)
            {
                values[channel * count + i] = (sbyte)Math.Clamp(MathF.Round(own[i] / scale), -sbyte.MaxValue, sbyte.MaxValue);
            }

            if (!bias.IsEmpty)
            {
                biasScales[channel] = scale * inputScale;
                steps[channel] = (int)Math.Round((double)bias[channel] / biasScales[channel]);
            }
        }

        return new Int8Weights(values, scales, steps, biasScales);
    }
}
