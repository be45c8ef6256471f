using Revisage.Training.Layers;

namespace Revisage.Training.Methods.WNet;

/// <summary>
/// W-Net's decoder (section 3.3, equation 23), from the innermost size to the large face's: D(2s) = SCAB(SCAB(Up(D(s)) + S(2s))), where S is
/// what was last fused or encoded at that size.
/// </summary>
internal sealed class SkipDecoder(WNetLevels levels) : Block
{
    [StateName("decoderUp")]
    private readonly UpModule[] up = [.. Enumerable.Range(1 - levels.Below, levels.Below + levels.Above).Select(levels.Up)];

    [StateName("decoder")]
    private readonly Sequence[] blocks = [.. Enumerable.Range(1 - levels.Below, levels.Below + levels.Above).Select(levels.Blocks)];

    /// <summary>Without anything from beside.</summary>
    public override FeatureMap Forward(FeatureMap x) => Decode(x, _ => null);

    /// <param name="innermost">[N, C, h/8, w/8].</param>
    /// <param name="beside">What is added at each level above the innermost; null for nothing.</param>
    public FeatureMap Decode(FeatureMap innermost, Func<int, FeatureMap?> beside)
    {
        var features = innermost;
        for (var i = 0; i < up.Length; i++)
        {
            features = up[i].Forward(features);
            features = blocks[i].Forward(beside(i + 1 - levels.Below) is { } skip ? features + skip : features);
        }

        return features;                                            // N x C x 8h x 8w
    }
}
