using System.Numerics;
using Revisage.Training.Layers;

namespace Revisage.Training.Methods.HighToLow;

/// <summary>The sizes of <see cref="ImageDiscriminator"/>; the defaults are Low-to-High's.</summary>
public sealed record ImageDiscriminatorOptions
{
    /// <summary>Height and width of a face: 8, 16, 32 ...</summary>
    public int Side { get; init; } = 64;

    /// <summary>Feature channels.</summary>
    public int Channels { get; init; } = 128;

    /// <summary>Divides every weight by its largest singular value, for the hinge loss; off for the gradient penalty, the other way the paper tried.</summary>
    public bool SpectralNorm { get; init; } = true;
}

/// <summary>
/// The discriminator of High-to-Low (16 pixels) and Low-to-High (64), after SN-GAN's (Bulat 2018, section 3.3 and figure 5;
/// Miyato et al., ICLR 2018): residual blocks without norms. [N, 3, S, S] in [-1, 1] to one number a face, [N, 1], higher for real
/// ones; 1,382,017 parameters at 64 pixels, 1,348,993 at 16, named as in the authors' Discriminator.py.
/// </summary>
/// <remarks>
/// Differs from the paper, with the authors' code: five blocks instead of six, average pooling instead of the maximum, and the
/// first blocks halve the size instead of the last. Other sizes follow the same rule: blocks halve until 4 pixels are left,
/// and at least one more follows.
/// </remarks>
public sealed class ImageDiscriminator : Block
{
    // Of the last map.
    private const int LeftSide = 4;
    private const int Blocks = 5;

    private readonly Sequence model;
    private readonly Block fc;

    /// <exception cref="RevisageException">The side is no power of two.</exception>
    public ImageDiscriminator(ImageDiscriminatorOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Side < 2 * LeftSide || !BitOperations.IsPow2(options.Side))
        {
            throw new RevisageException($"The discriminator cannot judge faces of {options.Side} pixels. Take a power of two, {2 * LeftSide} at least.");
        }

        var (channels, spectral) = (options.Channels, options.SpectralNorm);
        var halvings = BitOperations.Log2((uint)(options.Side / LeftSide));
        model = new Sequence(
        [
            new FirstDiscriminatorBlock(channels, spectral),
            .. Enumerable.Range(1, Math.Max(Blocks, halvings + 1) - 1).Select(i => new DiscriminatorBlock(channels, halves: i < halvings, spectral)),
        ]);
        fc = spectral
            ? new SpectralLinear(channels, 1, initializer: Initializers.XavierUniform())
            : new Linear(channels, 1, initializer: Initializers.XavierUniform());
    }

    public override FeatureMap Forward(FeatureMap x)
    {
        x = model.Forward(x).Relu();                                // N x 128 x 4 x 4
        return fc.Forward(x.GlobalAveragePool().Flatten());
    }

    /// <summary>A convolution that keeps the size, normalised or not.</summary>
    internal static Block Conv(int inChannels, int channels, int kernel, double gain, bool spectral) => spectral
        ? new SpectralConv2d(inChannels, channels, kernel, padding: kernel / 2, initializer: Initializers.XavierUniform(gain))
        : new Conv2d(inChannels, channels, kernel, padding: kernel / 2, initializer: Initializers.XavierUniform(gain));
}

/// <summary>The block that sees the face: no ReLU before its first convolution, and half the size.</summary>
public sealed class FirstDiscriminatorBlock(int channels, bool spectral) : Block
{
    private readonly Block conv1 = ImageDiscriminator.Conv(3, channels, 3, gain: 1, spectral);
    private readonly Block conv2 = ImageDiscriminator.Conv(channels, channels, 3, gain: 1, spectral);

    [StateName("bypass_conv")]
    private readonly Block bypass = ImageDiscriminator.Conv(3, channels, 1, gain: Math.Sqrt(2), spectral);

    public override FeatureMap Forward(FeatureMap x) =>
        conv2.Forward(conv1.Forward(x).Relu()).AveragePool(2, 2) + bypass.Forward(x.AveragePool(2, 2));
}

/// <summary>Twice ReLU and convolution, beside the input; a block that halves the size has a 1x1 convolution there.</summary>
public sealed class DiscriminatorBlock(int channels, bool halves, bool spectral) : Block
{
    private readonly Block conv1 = ImageDiscriminator.Conv(channels, channels, 3, gain: 1, spectral);
    private readonly Block conv2 = ImageDiscriminator.Conv(channels, channels, 3, gain: 1, spectral);

    [StateName("bypass_conv")]
    private readonly Block? bypass = halves ? ImageDiscriminator.Conv(channels, channels, 1, gain: Math.Sqrt(2), spectral) : null;

    public override FeatureMap Forward(FeatureMap x)
    {
        var y = conv2.Forward(conv1.Forward(x.Relu()).Relu());
        return bypass is null ? x + y : y.AveragePool(2, 2) + bypass.Forward(x).AveragePool(2, 2);
    }
}
