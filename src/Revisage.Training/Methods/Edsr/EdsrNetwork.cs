using Revisage.Training.Layers;

namespace Revisage.Training.Methods.Edsr;

/// <summary>The sizes of <see cref="EdsrNetwork"/>; the defaults are the EDSR baseline (Lim 2017, table 1) at 8x.</summary>
public sealed record EdsrOptions
{
    /// <summary>Feature channels.</summary>
    public int Channels { get; init; } = 64;

    /// <summary>Residual blocks.</summary>
    public int Blocks { get; init; } = 16;

    /// <summary>Doublings of height and width: 3 for 8x, 2 for 4x.</summary>
    public int Doublings { get; init; } = 3;
}

/// <summary>
/// EDSR's baseline (Lim et al., "Enhanced Deep Residual Networks for Single Image Super-Resolution", CVPRW 2017,
/// figure 3), which GWAInet (Dogan 2019, section 3.2) calls SRnet: a convolution, residual blocks without
/// normalisation under one long skip, pixel-shuffle doublings, a convolution to RGB. [N, 3, h, w] to
/// [N, 3, 8h, 8w], both in the recipe's range; 1,665,283 parameters,
/// 1.13 G multiply-adds from 16 pixels.
/// </summary>
/// <remarks>
/// Differs from the paper: 8x by three doublings, as GWAInet has it (EDSR stops at 4x); the mean colour is not
/// subtracted, since faces come in [-1, 1].
/// </remarks>
public sealed class EdsrNetwork(EdsrOptions options) : Block
{
    private readonly Conv2d head = new(3, options.Channels, 3, padding: 1);

    private readonly Sequence body = new(
    [
        .. Enumerable.Range(0, options.Blocks).Select(_ => new ResidualBlock(options.Channels)),
        new Conv2d(options.Channels, options.Channels, 3, padding: 1),
    ]);

    private readonly Sequence up = new([.. Enumerable.Range(0, options.Doublings).Select(_ => new Upsampler(options.Channels))]);
    private readonly Conv2d tail = new(options.Channels, 3, 3, padding: 1);

    public override FeatureMap Forward(FeatureMap x)
    {
        x = head.Forward(x);
        x = x + body.Forward(x);
        return tail.Forward(up.Forward(x));    // N x 64 x h x w -> N x 64 x 8h x 8w -> N x 3 x 8h x 8w
    }
}
