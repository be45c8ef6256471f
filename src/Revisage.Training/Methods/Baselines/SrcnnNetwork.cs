using Revisage.Training.Layers;

namespace Revisage.Training.Methods.Baselines;

/// <summary>The sizes of <see cref="SrcnnNetwork"/>; the defaults are the paper's 9-1-5.</summary>
public sealed record SrcnnOptions
{
    /// <summary>Channels of the first convolution; the second has half as many.</summary>
    public int Channels { get; init; } = 64;

    /// <summary>Height and width of the second convolution's kernel: 1, or 5 in the paper's slower 9-5-5.</summary>
    public int MiddleKernel { get; init; } = 1;
}

/// <summary>
/// SRCNN (Dong et al., "Image Super-Resolution Using Deep Convolutional Networks", TPAMI 2016, section 3 and figure 2): three
/// convolutions for patches, mapping and reconstruction sharpen a face that was enlarged (bicubic) before.
/// [N, 3, h, w] to [N, 3, enlargement h, enlargement w], both in one range; 20,099 parameters,
/// 0.33 G multiply-adds from 16 pixels.
/// </summary>
/// <param name="enlargement">How many times as high and wide the face becomes first; 1 where it comes enlarged.</param>
/// <remarks>Differs from the paper: RGB instead of luminance; zeros around the picture, so that its size stays.</remarks>
public sealed class SrcnnNetwork(SrcnnOptions options, int enlargement = 1) : Block
{
    private readonly Conv2d conv1 = Convolution(3, options.Channels, 9);
    private readonly Conv2d conv2 = Convolution(options.Channels, options.Channels / 2, options.MiddleKernel);
    private readonly Conv2d conv3 = Convolution(options.Channels / 2, 3, 5);

    public override FeatureMap Forward(FeatureMap x) => conv3.Forward(conv2.Forward(conv1.Forward(EnlargedFace.Of(x, enlargement)).Relu()).Relu());

    // Section 4.1 of the paper.
    private static Conv2d Convolution(int inChannels, int channels, int kernel) => new(
        inChannels, channels, kernel, padding: kernel / 2, initializer: Initializers.Normal(0.001), biasInitializer: Initializers.Zeros);
}
