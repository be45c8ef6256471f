using Revisage.Training.Layers;

namespace Revisage.Training.Methods.WNet;

/// <summary>
/// W-Net's fusions at every size up to the large face's and back (section 3.3, equations 14 to 19): F(2s) = LPF(Up(F(s)), P(2s)) on the
/// way up, F(s) = LPF(Down(F(2s)), P(s)) on the way down.
/// </summary>
internal sealed class MultiScaleFusion(WNetLevels levels) : Block
{
    private readonly UpModule[] up = [.. Enumerable.Range(1, levels.Above).Select(levels.Up)];
    private readonly ParsingFusion[] upFusion = [.. Enumerable.Range(1, levels.Above).Select(levels.Fusion)];
    private readonly DownModule[] down = [.. Enumerable.Range(0, levels.Above).Reverse().Select(levels.Down)];
    private readonly ParsingFusion[] downFusion = [.. Enumerable.Range(0, levels.Above).Reverse().Select(levels.Fusion)];

    /// <param name="x">[N, C + 3, h, w]: features, then the parsing map.</param>
    public override FeatureMap Forward(FeatureMap x)
    {
        var (channels, parsing) = (levels.Width(0), x.Channels(levels.Width(0), 3));
        return Fuse(x.Channels(0, channels), level => level == 0 ? parsing : parsing.Resize(Interpolation.Nearest, 1 << level))[0];
    }

    /// <summary>What was last fused at each size, from the small face's up: [N, C, h, w], [N, C, 2h, 2w] ...</summary>
    /// <param name="features">[N, C, h, w].</param>
    /// <param name="parsing">The parsing map by level.</param>
    public IReadOnlyList<FeatureMap> Fuse(FeatureMap features, Func<int, FeatureMap> parsing)
    {
        var fused = new FeatureMap[up.Length + 1];
        fused[0] = features;
        for (var level = 1; level <= up.Length; level++)
        {
            fused[level] = upFusion[level - 1].Fuse(up[level - 1].Forward(fused[level - 1]), parsing(level));
        }

        for (var (level, i) = (up.Length - 1, 0); level >= 0; level--, i++)
        {
            fused[level] = downFusion[i].Fuse(down[i].Forward(fused[level + 1]), parsing(level));
        }

        return fused;
    }
}
