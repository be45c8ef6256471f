using Revisage.Training.Layers;

namespace Revisage.Training.Methods.WNet;

/// <summary>
/// PB, W-Net's Parsing Block, which estimates the parsing map from the small face (section 3.1, figure 2, equations 2 to 8): residual blocks and
/// an hourglass, then convolutions of three sizes whose maps are recombined under attention. [N, 3, h, w], h and w multiples
/// of 16, to [N, 3, h, w]: where there is skin, thrice; 1,411,262 parameters.
/// </summary>
/// <remarks>
/// Which sizes the convolutions have is lost in the paper's text: here 1, 3 and 5, each of half the channels. The map is not held to
/// [0, 1].
/// </remarks>
/// <param name="channels">A multiple of 16.</param>
public sealed class ParsingBlock(int channels) : Block
{
    private readonly Conv2d head = new(3, channels, 3, padding: 1);
    private readonly Sequence residual = new(new ResidualBlock(channels), new ResidualBlock(channels));
    private readonly Hourglass hourglass = new(channels, depth: 4);
    private readonly Conv2d scale1 = new(channels, channels / 2, 1);
    private readonly Conv2d scale3 = new(channels, channels / 2, 3, padding: 1);
    private readonly Conv2d scale5 = new(channels, channels / 2, 5, padding: 2);
    private readonly Conv2d doubled = new(3 * channels / 2, 3 * channels, 3, padding: 1);
    private readonly Conv2d halved = new(channels, channels / 2, 3, padding: 1);
    private readonly ChannelAttention channelAttention = new(6 * channels);
    private readonly SpatialAttention spatialAttention = new();
    private readonly Conv2d adjust = new(6 * channels, channels, 1);
    private readonly Conv2d tail = new(channels, 3, 3, padding: 1);

    public override FeatureMap Forward(FeatureMap x)
    {
        var initial = head.Forward(x);
        var features = hourglass.Forward(residual.Forward(initial));
        var scales = scale1.Forward(features).Relu().Concat(scale3.Forward(features).Relu(), scale5.Forward(features).Relu());
        // N x (192 + 32 + 96 + 64) x h x w
        var all = doubled.Forward(scales).Relu().Concat(halved.Forward(features).Relu(), scales, features);
        var attended = channelAttention.Forward(all) + spatialAttention.Forward(all);
        return tail.Forward(adjust.Forward(attended) + initial);
    }

    /// <summary>
    /// An hourglass (Newell et al., "Stacked Hourglass Networks", ECCV 2016, figure 3) of residual blocks: at each level one
    /// works at full size beside all that sees half of it; 3 depth + 1 blocks.
    /// </summary>
    private sealed class Hourglass(int channels, int depth) : Block
    {
        private readonly ResidualBlock[] beside = Blocks(channels, depth);
        private readonly ResidualBlock[] down = Blocks(channels, depth);
        private readonly ResidualBlock bottom = new(channels);
        private readonly ResidualBlock[] up = Blocks(channels, depth);

        public override FeatureMap Forward(FeatureMap x) => Through(0, x);

        private FeatureMap Through(int level, FeatureMap x)
        {
            var low = down[level].Forward(x.MaxPool(2, 2));
            low = level == down.Length - 1 ? bottom.Forward(low) : Through(level + 1, low);
            return beside[level].Forward(x) + up[level].Forward(low).Resize(Interpolation.Nearest, 2);
        }

        private static ResidualBlock[] Blocks(int channels, int count) => [.. Enumerable.Range(0, count).Select(_ => new ResidualBlock(channels))];
    }
}
