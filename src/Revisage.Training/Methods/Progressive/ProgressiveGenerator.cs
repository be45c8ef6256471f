using Revisage.Training.Layers;

namespace Revisage.Training.Methods.Progressive;

/// <summary>The width of <see cref="ProgressiveGenerator"/> and <see cref="ProgressiveCritic"/>; the default is the paper's.</summary>
public sealed record ProgressiveOptions
{
    /// <summary>Feature channels at the small face's size; each doubling of the size halves them. A multiple of 8.</summary>
    public int Channels { get; init; } = 512;
}

/// <summary>
/// The generator of progressive face super-resolution (Kim et al., "Progressive Face Super-Resolution via Attention to
/// Facial Landmark", BMVC 2019, section 3.1 and figure 1): three steps, each of which doubles the size, and a 1x1 convolution to RGB
/// behind each. Training begins with the first step alone; a new one fades in. [N, 3, h, w] to [N, 3, 8h, 8w], both in
/// [-1, 1], the output not held to it; 8,969,097 parameters,
/// 5.24 G multiply-adds from 16 pixels, named as in the authors' files.
/// </summary>
/// <remarks>
/// Differs from the paper, as the authors' code does: none of the three residual blocks is wider than its step (the figure has
/// 512 channels in all of them).
/// </remarks>
public sealed class ProgressiveGenerator(ProgressiveOptions options) : Block
{
    /// <summary>Doublings of the size.</summary>
    public const int Steps = 3;

    [StateName("step{0}", First = 1)]
    private readonly Sequence[] steps =
    [
        new(
        [
            new Conv2d(3, options.Channels, 3, padding: 1), new BatchNorm2d(options.Channels), new Relu(),
            .. Doubling(options.Channels),
        ]),
        new(Doubling(options.Channels / 2)),
        new(Doubling(options.Channels / 4)),
    ];

    [StateName("to_rgb")]
    private readonly Conv2d[] toRgb = [.. Enumerable.Range(1, Steps).Select(step => new Conv2d(options.Channels >> step, 3, 1))];

    /// <summary>All three steps, faded in.</summary>
    public override FeatureMap Forward(FeatureMap x) => AtStep(x, Steps, alpha: 1);

    /// <summary>The faces that the first <paramref name="step"/> steps make, [N, 3, h 2^step, w 2^step].</summary>
    /// <param name="step">From 1 to 3.</param>
    /// <param name="alpha">
    /// How far the step is faded in, from 0 (the step before, its pixels doubled) to 1 (this step alone, whose to_rgb is then the only
    /// one in use). The first step has none before it.
    /// </param>
    public FeatureMap AtStep(FeatureMap x, int step, double alpha)
    {
        CheckStep(step, alpha);
        var (before, features) = (x, steps[0].Forward(x));              // N x 256 x 2h x 2w
        for (var i = 1; i < step; i++)
        {
            (before, features) = (features, steps[i].Forward(features));
        }

        var rgb = toRgb[step - 1].Forward(features);
        return step == 1 || alpha == 1
            ? rgb
            : (1 - alpha) * toRgb[step - 2].Forward(before).Resize(Interpolation.Nearest, 2) + alpha * rgb;
    }

    internal static void CheckStep(int step, double alpha)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(step, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(step, Steps);
        if (alpha is not (>= 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(alpha), alpha, "A step is faded in from 0 to 1.");
        }
    }

    private static Block[] Doubling(int channels) =>
    [
        new Residual(channels),
        new ConvTranspose2d(channels, channels / 2, 4, stride: 2, padding: 1), new BatchNorm2d(channels / 2), new Relu(),
    ];

    /// <summary>Figure 1's: the last ReLU comes before the addition.</summary>
    private sealed class Residual(int channels) : Block
    {
        private readonly Sequence conv = new(
            new EqualizedConv2d(channels, channels, 3, padding: 1), new BatchNorm2d(channels), new Relu(),
            new EqualizedConv2d(channels, channels, 3, padding: 1), new BatchNorm2d(channels), new Relu());

        public override FeatureMap Forward(FeatureMap x) => x + conv.Forward(x);
    }
}
