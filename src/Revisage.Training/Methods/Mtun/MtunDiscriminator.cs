using Revisage.Training.Layers;

namespace Revisage.Training.Methods.Mtun;

/// <summary>The sizes of <see cref="MtunDiscriminator"/>; the defaults are the authors'.</summary>
public sealed record MtunDiscriminatorOptions
{
    /// <summary>Height and width of a face; a multiple of 16.</summary>
    public int Side { get; init; } = 128;

    /// <summary>Channels of the first convolution; the others have 2, 4 and 3 times, the first fully connected layer 32 times as many.</summary>
    public int Width { get; init; } = 32;
}

/// <summary>
/// The discriminator of MTUN (Yu 2018, figure 2, red), and of URDGN before it: four 5x5 convolutions, each pooled to half
/// the size, and two fully connected layers. Training drops whole channels, and numbers between the fully connected
/// layers. [N, 3, 128, 128] in [-1, 1] to a logit [N, 1], positive for real; 6,859,425 parameters.
/// </summary>
/// <remarks>
/// The layers are those of the authors' code; the paper shows their kinds only. Differs from that code: the sigmoid is in the
/// loss; what dropout leaves is scaled up in training instead of down in use.
/// </remarks>
public sealed class MtunDiscriminator(MtunDiscriminatorOptions options) : Block
{
    private readonly Conv2d conv1 = new(3, options.Width, 5, padding: 2);
    private readonly Conv2d conv2 = new(options.Width, 2 * options.Width, 5, padding: 2);
    private readonly Conv2d conv3 = new(2 * options.Width, 4 * options.Width, 5, padding: 2);
    private readonly Conv2d conv4 = new(4 * options.Width, 3 * options.Width, 5, padding: 2);
    private readonly Linear fc1 = new(3 * options.Width * (options.Side / 16) * (options.Side / 16), 32 * options.Width);
    private readonly Linear fc2 = new(32 * options.Width, 1);

    public override FeatureMap Forward(FeatureMap x)
    {
        foreach (var conv in (Conv2d[])[conv1, conv2, conv3, conv4])
        {
            x = conv.Forward(x).MaxPool(2, 2).Relu().Dropout2d(0.2);
        }

        return fc2.Forward(fc1.Forward(x.Flatten()).Relu().Dropout2d(0.5));     // N x 96 x 8 x 8 -> N x 1024 -> N x 1
    }
}
