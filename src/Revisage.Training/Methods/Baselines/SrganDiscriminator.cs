using Revisage.Training.Layers;

namespace Revisage.Training.Methods.Baselines;

/// <summary>The sizes of <see cref="SrganDiscriminator"/>; the defaults are the paper's channels for faces of 128 pixels.</summary>
public sealed record SrganDiscriminatorOptions
{
    /// <summary>Height and width of a face; a multiple of 16. The paper's crops have 96.</summary>
    public int Side { get; init; } = 128;

    /// <summary>Channels of the first convolution; the last has 8, the first fully connected layer 16 times as many.</summary>
    public int Channels { get; init; } = 64;
}

/// <summary>
/// The discriminator of SRGAN (Ledig 2017, figure 4): eight convolutions, every other one halving the size, and two fully connected
/// layers. [N, 3, 128, 128] in [-1, 1] to a logit [N, 1], positive for real; 38,245,569 parameters.
/// </summary>
/// <remarks>Differs from the paper: the sigmoid is in the loss.</remarks>
public sealed class SrganDiscriminator(SrganDiscriminatorOptions options) : Block
{
    private readonly Conv2d head = new(3, options.Channels, 3, padding: 1);

    private readonly Sequence body = new(
        new Normed(options.Channels, options.Channels, stride: 2),
        new Normed(options.Channels, 2 * options.Channels), new Normed(2 * options.Channels, 2 * options.Channels, stride: 2),
        new Normed(2 * options.Channels, 4 * options.Channels), new Normed(4 * options.Channels, 4 * options.Channels, stride: 2),
        new Normed(4 * options.Channels, 8 * options.Channels), new Normed(8 * options.Channels, 8 * options.Channels, stride: 2));

    private readonly Linear fc1 = new(8 * options.Channels * (options.Side / 16) * (options.Side / 16), 16 * options.Channels);
    private readonly Linear fc2 = new(16 * options.Channels, 1);

    public override FeatureMap Forward(FeatureMap x)
    {
        x = body.Forward(head.Forward(x).LeakyRelu(0.2));               // N x 512 x 8 x 8
        return fc2.Forward(fc1.Forward(x.Flatten()).LeakyRelu(0.2));
    }

    private sealed class Normed(int inChannels, int channels, int stride = 1) : Block
    {
        private readonly Conv2d conv = new(inChannels, channels, 3, stride, padding: 1);
        private readonly BatchNorm2d norm = new(channels);

        public override FeatureMap Forward(FeatureMap x) => norm.Forward(conv.Forward(x)).LeakyRelu(0.2);
    }
}
