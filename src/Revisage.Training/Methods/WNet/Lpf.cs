using Revisage.Training.Layers;

namespace Revisage.Training.Methods.WNet;

/// <summary>
/// Brings a parsing map, [N, 3, H, W], into features of its size, [N, <paramref name="channels"/>, H, W]. As one map, the
/// parsing map's channels follow those of the features.
/// </summary>
public abstract class ParsingFusion(int channels) : Block
{
    public sealed override FeatureMap Forward(FeatureMap x) => Fuse(x.Channels(0, channels), x.Channels(channels, 3));

    public abstract FeatureMap Fuse(FeatureMap features, FeatureMap parsing);
}

/// <summary>
/// LPF, W-Net's fusion of features and parsing map (section 3.2, figure 3, equations 9 to 11): both are convolved; side by side they pass
/// channel and spatial attention, and pixel by pixel a learned share mixes them. 51,815 parameters.
/// </summary>
/// <remarks>
/// The paper speaks of three kernels without their sizes: here one 3x3 convolution for each input, and a 1x1 one that
/// joins them.
/// </remarks>
/// <param name="channels">A multiple of 16.</param>
public sealed class Lpf(int channels) : ParsingFusion(channels)
{
    private readonly Conv2d image = new(channels, channels, 3, padding: 1);
    private readonly Conv2d map = new(3, channels, 3, padding: 1);
    private readonly Conv2d join = new(2 * channels, channels, 1);
    private readonly ChannelAttention channelAttention = new(channels);
    private readonly SpatialAttention spatialAttention = new();
    private readonly Conv2d pixelAttention = new(channels, channels, 1);

    public override FeatureMap Fuse(FeatureMap features, FeatureMap parsing)
    {
        var (x, p) = (image.Forward(features), map.Forward(parsing));
        var joined = join.Forward(x.Concat(p));
        var share = pixelAttention.Forward(x + p).Sigmoid();
        var mixed = p + share * (x - p);                            // share x + (1 - share) p
        return channelAttention.Forward(joined) + spatialAttention.Forward(joined) + mixed + features + x;
    }
}

/// <summary>What <see cref="Lpf"/> is compared with (W-Net, table 3): a convolution of both, one behind the other.</summary>
public sealed class Cascade(int channels) : ParsingFusion(channels)
{
    private readonly Conv2d conv = new(channels + 3, channels, 3, padding: 1);

    public override FeatureMap Fuse(FeatureMap features, FeatureMap parsing) => conv.Forward(features.Concat(parsing));
}
