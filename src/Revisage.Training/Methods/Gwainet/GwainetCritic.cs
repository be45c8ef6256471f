using Revisage.Training.Layers;

namespace Revisage.Training.Methods.Gwainet;

/// <summary>The sizes of <see cref="GwainetCritic"/>; the defaults are DCGAN's.</summary>
public sealed record GwainetCriticOptions
{
    /// <summary>Channels of the first stage; each later one has twice as many.</summary>
    public int Channels { get; init; } = 64;

    /// <summary>Convolutions, each of which halves height and width.</summary>
    public int Stages { get; init; } = 4;
}

/// <summary>
/// Cnet, GWAInet's critic (Dogan 2019, section 3.2): the discriminator of DCGAN (Radford, Metz, Chintala, ICLR 2016) without
/// its norms and without a sigmoid. [N, 3, H, W] in [-1, 1], not clipped, to one number a face, [N, 1]; 4,437,633 parameters
/// at 256 pixels.
/// </summary>
/// <remarks>
/// Differs from the paper: its layers stand in a supplement that could not be had. Here DCGAN's own: 5x5 kernels, leaky ReLUs
/// of 0.2, a linear layer over all that is left; weights start as GWAInet's other networks do. Odd sizes are halved upwards.
/// </remarks>
/// <param name="height">Of the faces.</param>
public sealed class GwainetCritic(GwainetCriticOptions options, int height, int width) : Block
{
    private readonly Conv2d[] stages =
    [
        .. Enumerable.Range(0, options.Stages).Select(i => new Conv2d(
            i == 0 ? 3 : options.Channels << (i - 1), options.Channels << i, 5, stride: 2, padding: 2,
            initializer: Initializers.XavierUniform(), biasInitializer: Initializers.Zeros)),
    ];

    private readonly Linear score = new(
        (options.Channels << (options.Stages - 1)) * Halved(height, options.Stages) * Halved(width, options.Stages), 1,
        initializer: Initializers.XavierUniform(), biasInitializer: Initializers.Zeros);

    public override FeatureMap Forward(FeatureMap x)
    {
        x = stages.Aggregate(x, (value, conv) => conv.Forward(value).LeakyRelu(0.2));     // N x 512 x H/16 x W/16
        return score.Forward(x.Flatten());
    }

    private static int Halved(int extent, int times) => Enumerable.Range(0, times).Aggregate(extent, (rest, _) => (rest + 1) / 2);
}
