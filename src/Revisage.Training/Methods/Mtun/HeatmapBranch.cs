using Revisage.Training.Layers;

namespace Revisage.Training.Methods.Mtun;

/// <summary>
/// HEB, MTUN's facial component heatmap estimation branch (Yu 2018, figure 2, green, and section 3.1): stacked hourglasses (Newell et al.,
/// ECCV 2016), each of which corrects the one before. [N, C, H, W], H and W multiples of 16, to maps of eyes, nose,
/// mouth and jaw, [N, 4, H, W], Gaussians of height 1. 1,763,664 parameters with the paper's 64 channels and four stacks.
/// </summary>
/// <remarks>
/// Differs from Newell: MTUN's residual blocks, and none behind the inner part of a level (authors' code).
/// </remarks>
public sealed class HeatmapBranch(int inChannels, int channels, int stacks) : Block
{
    /// <summary>Eyes, nose, mouth, jaw.</summary>
    public const int Components = 4;

    private readonly Conv2d head = new(inChannels, channels, 3, padding: 1);
    private readonly MtunResidualBlock first = new(channels, channels);
    private readonly Hourglass[] hourglasses = Each(stacks, () => new Hourglass(channels, depth: 4));
    private readonly MtunResidualBlock[] tops = Each(stacks, () => new MtunResidualBlock(channels, channels));
    private readonly Sequence[] lasts = Each(stacks, () => new Sequence(new Conv2d(channels, channels, 1), new BatchNorm2d(channels), new Relu()));
    private readonly Conv2d[] heatmaps = Each(stacks, () => new Conv2d(channels, Components, 1));

    // What the next stack sees of this one's features and heatmaps.
    private readonly Conv2d[] fromFeatures = Each(stacks - 1, () => new Conv2d(channels, channels, 1));
    private readonly Conv2d[] fromHeatmaps = Each(stacks - 1, () => new Conv2d(Components, channels, 1));

    /// <summary>The last stack's heatmaps.</summary>
    public override FeatureMap Forward(FeatureMap x) => Stacks(x)[^1];

    /// <summary>Every stack's heatmaps, the best last; training compares each with the truth.</summary>
    public IReadOnlyList<FeatureMap> Stacks(FeatureMap x)
    {
        x = first.Forward(head.Forward(x));
        var outputs = new FeatureMap[stacks];
        for (var i = 0; i < stacks; i++)
        {
            var features = lasts[i].Forward(tops[i].Forward(hourglasses[i].Forward(x)));
            outputs[i] = heatmaps[i].Forward(features);
            if (i < stacks - 1)
            {
                x = x + fromFeatures[i].Forward(features) + fromHeatmaps[i].Forward(outputs[i]);
            }
        }

        return outputs;
    }

    private static T[] Each<T>(int count, Func<T> create) => [.. Enumerable.Range(0, count).Select(_ => create())];

    /// <summary>At each of its levels one block works at full size beside all that sees half of it; 2 depth + 1 blocks.</summary>
    private sealed class Hourglass(int channels, int depth) : Block
    {
        // The outermost level comes first.
        private readonly MtunResidualBlock[] beside = Each(depth, () => new MtunResidualBlock(channels, channels));
        private readonly MtunResidualBlock[] down = Each(depth, () => new MtunResidualBlock(channels, channels));
        private readonly MtunResidualBlock bottom = new(channels, channels);

        public override FeatureMap Forward(FeatureMap x) => Through(0, x);

        private FeatureMap Through(int level, FeatureMap x)
        {
            if (level == depth)
            {
                return bottom.Forward(x);
            }

            var low = Through(level + 1, down[level].Forward(x.MaxPool(2, 2)));
            return beside[level].Forward(x) + low.Resize(Interpolation.Nearest, 2);
        }
    }
}
