namespace Revisage.Training.Layers;

/// <summary>Twice the height and width: a convolution to four times the channels, then a pixel shuffle (Shi 2016).</summary>
/// <param name="outputChannels">After the shuffle; null for as many as before.</param>
public sealed class Upsampler(int channels, int? outputChannels = null) : Block
{
    private readonly Conv2d conv = new(channels, 4 * (outputChannels ?? channels), 3, padding: 1);

    public override FeatureMap Forward(FeatureMap x) => conv.Forward(x).PixelShuffle(2);
}
