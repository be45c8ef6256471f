using Revisage.Training.Layers;

namespace Revisage.Training.Methods.Baselines;

/// <summary>The sizes of <see cref="SrganGenerator"/>; the defaults are the paper's at 8x.</summary>
public sealed record SrganOptions
{
    /// <summary>Feature channels.</summary>
    public int Channels { get; init; } = 64;

    /// <summary>Residual blocks.</summary>
    public int Blocks { get; init; } = 16;

    /// <summary>Doublings of height and width: 3 for 8x, 2 for the paper's 4x.</summary>
    public int Doublings { get; init; } = 3;
}

/// <summary>
/// SRResNet, the generator of SRGAN (Ledig et al., "Photo-Realistic Single Image Super-Resolution Using a Generative Adversarial
/// Network", CVPR 2017, figure 4): residual blocks with batch norm under one long skip, then pixel-shuffle doublings. [N, 3, h, w] to
/// [N, 3, 8h, 8w], both in the recipe's range, not clamped; 1,698,435 parameters,
/// 1.36 G multiply-adds from 16 pixels.
/// </summary>
/// <remarks>
/// Differs from the paper: 8x by three doublings (the paper stops at 4x). It does not say how many slopes its
/// parametric ReLUs have: here one a channel, as in He 2015.
/// </remarks>
public sealed class SrganGenerator(SrganOptions options) : Block
{
    private readonly Conv2d head = new(3, options.Channels, 9, padding: 4);
    private readonly PRelu slope = new(options.Channels);
    private readonly Sequence body = new([.. Enumerable.Range(0, options.Blocks).Select(_ => new NormedResidualBlock(options.Channels))]);
    private readonly Conv2d last = new(options.Channels, options.Channels, 3, padding: 1);
    private readonly BatchNorm2d norm = new(options.Channels);

    private readonly Sequence up = new(
        [.. Enumerable.Range(0, options.Doublings).SelectMany(_ => new Block[] { new Upsampler(options.Channels), new PRelu(options.Channels) })]);

    private readonly Conv2d tail = new(options.Channels, 3, 9, padding: 4);

    public override FeatureMap Forward(FeatureMap x)
    {
        x = slope.Forward(head.Forward(x));
        x = x + norm.Forward(last.Forward(body.Forward(x)));
        return tail.Forward(up.Forward(x));    // N x 64 x h x w -> N x 64 x 8h x 8w -> N x 3 x 8h x 8w
    }

    private sealed class NormedResidualBlock(int channels) : Block
    {
        private readonly Conv2d conv1 = new(channels, channels, 3, padding: 1);
        private readonly BatchNorm2d norm1 = new(channels);
        private readonly PRelu slope = new(channels);
        private readonly Conv2d conv2 = new(channels, channels, 3, padding: 1);
        private readonly BatchNorm2d norm2 = new(channels);

        public override FeatureMap Forward(FeatureMap x) =>
            x + norm2.Forward(conv2.Forward(slope.Forward(norm1.Forward(conv1.Forward(x)))));
    }
}
