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

    /// <summary>As the paper counts and draws it: six blocks, of which the last ones halve the size, and by the maximum.</summary>
    public bool SixBlocks { get; init; }
}

/// <summary>
/// The discriminator of High-to-Low (16 pixels) and Low-to-High (64), after SN-GAN's (Bulat 2018, section 3.3 and figure 5;
/// Miyato et al., ICLR 2018): residual blocks without norms. [N, 3, S, S] in [-1, 1] to one number a face, [N, 1], higher for real
/// ones; 1,382,017 parameters at 64 pixels, 1,348,993 at 16, named as in the authors' Discriminator.py.
/// </summary>
/// <remarks>
/// Differs from the paper, with the authors' code: five blocks instead of six, average pooling instead of the maximum, and the
/// first blocks halve the size instead of the last (<see cref="ImageDiscriminatorOptions.SixBlocks"/>). Other sizes follow the
/// same rule: blocks halve until 4 pixels are left, and at least one more follows, or with six blocks goes before.
/// </remarks>
public sealed class ImageDiscriminator : Block
{
    // Of the last map.
    private const int LeftSide = 4;
    private const int CodeBlocks = 5;
    private const int PaperBlocks = 6;

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

        var (channels, spectral, six) = (options.Channels, options.SpectralNorm, options.SixBlocks);
        var halvings = BitOperations.Log2((uint)(options.Side / LeftSide));
        var blocks = Math.Max(six ? PaperBlocks : CodeBlocks, halvings + 1);
        Shrinking ShrinkingOf(int block) => six
            ? block < blocks - halvings ? Shrinking.None : Shrinking.Maximum
            : block < halvings ? Shrinking.Average : Shrinking.None;
        model = new Sequence(
        [
            new FirstDiscriminatorBlock(channels, ShrinkingOf(0), spectral),
            .. Enumerable.Range(1, blocks - 1).Select(i => new DiscriminatorBlock(channels, ShrinkingOf(i), spectral)),
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

/// <summary>What a discriminator's block does to the size.</summary>
public enum Shrinking
{
    None,
    Average,
    Maximum,
}

internal static class Shrinkings
{
    public static FeatureMap Of(this Shrinking shrinking, FeatureMap x) => shrinking switch
    {
        Shrinking.None => x,
        Shrinking.Average => x.AveragePool(2, 2),
        _ => x.MaxPool(2, 2),
    };
}

/// <summary>The block that sees the face: no ReLU before its first convolution.</summary>
public sealed class FirstDiscriminatorBlock(int channels, Shrinking shrinking, bool spectral) : Block
{
    private readonly Block conv1 = ImageDiscriminator.Conv(3, channels, 3, gain: 1, spectral);
    private readonly Block conv2 = ImageDiscriminator.Conv(channels, channels, 3, gain: 1, spectral);

    [StateName("bypass_conv")]
    private readonly Block bypass = ImageDiscriminator.Conv(3, channels, 1, gain: Math.Sqrt(2), spectral);

    public override FeatureMap Forward(FeatureMap x) =>
        shrinking.Of(conv2.Forward(conv1.Forward(x).Relu())) + bypass.Forward(shrinking.Of(x));
}

/// <summary>Twice ReLU and convolution, beside the input; a block that halves the size has a 1x1 convolution there.</summary>
public sealed class DiscriminatorBlock(int channels, Shrinking shrinking, bool spectral) : Block
{
    private readonly Block conv1 = ImageDiscriminator.Conv(channels, channels, 3, gain: 1, spectral);
    private readonly Block conv2 = ImageDiscriminator.Conv(channels, channels, 3, gain: 1, spectral);

    [StateName("bypass_conv")]
    private readonly Block? bypass = shrinking == Shrinking.None ? null : ImageDiscriminator.Conv(channels, channels, 1, gain: Math.Sqrt(2), spectral);

    public override FeatureMap Forward(FeatureMap x)
    {
        var y = conv2.Forward(conv1.Forward(x.Relu()).Relu());
        return bypass is null ? x + y : shrinking.Of(y) + shrinking.Of(bypass.Forward(x));
    }
}
