namespace Revisage.Training.Onnx.Int8;

/// <summary>
/// How floats are kept as unsigned bytes: x = <paramref name="Scale"/> (q - <paramref name="ZeroPoint"/>), asymmetric (Jacob et al.,
/// "Quantization and Training of Neural Networks for Efficient Integer-Arithmetic-Only Inference", CVPR 2018, equation 1).
/// </summary>
internal readonly record struct ByteRange(float Scale, byte ZeroPoint)
{
    /// <summary>Widened to hold zero, which padding needs to be exact.</summary>
    public static ByteRange Of(float low, float high)
    {
        (low, high) = (Math.Min(low, 0), Math.Max(high, 0));
        var scale = (high - low) / byte.MaxValue;
        // Of an activation that is always zero, any scale is right.
        return !float.IsNormal(scale) ? new ByteRange(1, 0) : new ByteRange(scale, (byte)Math.Clamp(MathF.Round(-low / scale), 0, byte.MaxValue));
    }
}
