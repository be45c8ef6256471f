using Revisage.Training.Layers;

namespace Revisage.Training.Methods.WNet;

/// <summary>
/// W-Net's encoder (section 3.3, equation 22): at each half of the size E(s/2) = SCAB(SCAB(LPF(Down(E(s)), P(s/2)))).
/// </summary>
internal sealed class ParsingEncoder(WNetLevels levels) : Block
{
    [StateName("encoderDown")]
    private readonly DownModule[] down = [.. Enumerable.Range(1, levels.Below).Select(depth => levels.Down(-depth))];

    [StateName("encoderFusion")]
    private readonly ParsingFusion[] fusion = [.. Enumerable.Range(1, levels.Below).Select(depth => levels.Fusion(-depth))];

    [StateName("encoder")]
    private readonly Sequence[] blocks = [.. Enumerable.Range(1, levels.Below).Select(depth => levels.Blocks(-depth))];

    /// <param name="x">[N, C + 3, h, w]: features, then the parsing map.</param>
    public override FeatureMap Forward(FeatureMap x)
    {
        var (features, parsing) = (x.Channels(0, levels.Width(0)), x.Channels(levels.Width(0), 3));
        return Encode(features, level => parsing.Resize(Interpolation.Nearest, Math.Pow(2, level))) is [.., var innermost] ? innermost : features;
    }

    /// <summary>What is encoded at each size, [N, C, h/2, w/2], [N, C, h/4, w/4] ...</summary>
    /// <param name="features">[N, C, h, w].</param>
    /// <param name="parsing">The parsing map by level, -1 and below.</param>
    public IReadOnlyList<FeatureMap> Encode(FeatureMap features, Func<int, FeatureMap> parsing)
    {
        var encoded = new FeatureMap[blocks.Length];
        for (var i = 0; i < blocks.Length; i++)
        {
            features = encoded[i] = blocks[i].Forward(fusion[i].Fuse(down[i].Forward(features), parsing(-i - 1)));
        }

        return encoded;
    }
}
