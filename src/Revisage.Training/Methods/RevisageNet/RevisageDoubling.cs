using Revisage.Training.Layers;

namespace Revisage.Training.Methods.RevisageNet;

/// <summary>
/// Twice the height and width of <see cref="RevisageNetwork"/>'s features, then residual blocks; where the small face itself has
/// that many pixels, or more, it is added as it is.
/// </summary>
/// <param name="skip">By how much the small face is unshuffled to the doubled size; 0 where it is smaller.</param>
public sealed class RevisageDoubling(int channels, int outChannels, int blocks, int skip) : Block
{
    private readonly Upsampler up = new(channels, outChannels);
    private readonly Conv2d? entry = skip > 0 ? new Conv2d(3 * skip * skip, outChannels, 3, padding: 1) : null;
    private readonly Sequence body = new([.. Enumerable.Range(0, blocks).Select(_ => new QuietResidualBlock(outChannels))]);

    public override FeatureMap Forward(FeatureMap x) => body.Forward(up.Forward(x));

    /// <param name="face">The small face, which is added if it is large enough.</param>
    public FeatureMap Forward(FeatureMap x, FeatureMap face)
    {
        ArgumentNullException.ThrowIfNull(face);
        if (entry is null)
        {
            return Forward(x);
        }

        return body.Forward(up.Forward(x) + entry.Forward(skip == 1 ? face : face.PixelUnshuffle(skip)));
    }
}

/// <summary>
/// EDSR's residual block (Lim 2017, figure 2c), which starts at identity: its second convolution begins at zero (Goyal 2017, section
/// 5.1), so that a deep trunk needs no normalisation.
/// </summary>
public sealed class QuietResidualBlock(int channels) : Block
{
    private readonly Conv2d conv1 = new(channels, channels, 3, padding: 1, initializer: Initializers.KaimingNormal());
    private readonly Conv2d conv2 = new(channels, channels, 3, padding: 1, initializer: Initializers.Zeros, biasInitializer: Initializers.Zeros);

    public override FeatureMap Forward(FeatureMap x) => x + conv2.Forward(conv1.Forward(x).Relu());
}
