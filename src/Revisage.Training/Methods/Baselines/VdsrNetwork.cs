using Revisage.Training.Layers;

namespace Revisage.Training.Methods.Baselines;

/// <summary>The sizes of <see cref="VdsrNetwork"/>; the defaults are the paper's.</summary>
public sealed record VdsrOptions
{
    public int Channels { get; init; } = 64;

    /// <summary>Convolutions, the first and the last among them.</summary>
    public int Layers { get; init; } = 20;
}

/// <summary>
/// VDSR (Kim et al., "Accurate Image Super-Resolution Using Very Deep Convolutional Networks", CVPR 2016, figure 2): twenty
/// convolutions find what a face that was enlarged (bicubic) before lacks, and add it. [N, 3, h, w] to
/// [N, 3, enlargement h, enlargement w], both in one range; 668,227 parameters,
/// 10.93 G multiply-adds from 16 pixels.
/// </summary>
/// <param name="enlargement">How many times as high and wide the face becomes first; 1 where it comes enlarged.</param>
/// <remarks>Differs from the paper: RGB instead of luminance.</remarks>
public sealed class VdsrNetwork(VdsrOptions options, int enlargement = 1) : Block
{
    [StateName("conv{0}", First = 1)]
    private readonly Conv2d[] layers =
    [
        Convolution(3, options.Channels),
        .. Enumerable.Range(0, options.Layers - 2).Select(_ => Convolution(options.Channels, options.Channels)),
        Convolution(options.Channels, 3),
    ];

    public override FeatureMap Forward(FeatureMap x)
    {
        x = EnlargedFace.Of(x, enlargement);
        var features = layers.SkipLast(1).Aggregate(x, (value, layer) => layer.Forward(value).Relu());
        return x + layers[^1].Forward(features);
    }

    // He et al. 2015, as the paper has it.
    private static Conv2d Convolution(int inChannels, int channels) =>
        new(inChannels, channels, 3, padding: 1, initializer: Initializers.KaimingNormal(), biasInitializer: Initializers.Zeros);
}
