using Revisage.Training.Layers;

namespace Revisage.Training.Priors.Alignment;

/// <summary>
/// An hourglass (Newell et al., "Stacked Hourglass Networks", ECCV 2016, figure 3) of FAN's units: at each of
/// <paramref name="depth"/> levels one unit works at full size beside all that sees half of it; 3 depth + 1 units. The
/// input's height and width are multiples of 2^depth, and stay.
/// </summary>
public sealed class FanHourglass(int channels, int depth) : Block
{
    // The innermost level comes first: FAN counts levels upwards from 1.
    [StateName("b1_{0}", First = 1)]
    private readonly FanConvBlock[] beside = Units(channels, depth);

    [StateName("b2_{0}", First = 1)]
    private readonly FanConvBlock[] down = Units(channels, depth);

    [StateName("b2_plus_1")]
    private readonly FanConvBlock bottom = new(channels, channels);

    [StateName("b3_{0}", First = 1)]
    private readonly FanConvBlock[] up = Units(channels, depth);

    public override FeatureMap Forward(FeatureMap x) => Through(depth - 1, x);

    private FeatureMap Through(int level, FeatureMap x)
    {
        var low = down[level].Forward(x.AveragePool(2, 2));
        low = level == 0 ? bottom.Forward(low) : Through(level - 1, low);
        return beside[level].Forward(x) + up[level].Forward(low).Resize(Interpolation.Nearest, 2);
    }

    private static FanConvBlock[] Units(int channels, int count) => [.. Enumerable.Range(0, count).Select(_ => new FanConvBlock(channels, channels))];
}
