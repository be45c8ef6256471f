using Revisage.Training.Layers;

namespace Revisage.Training.Methods.Gwainet;

/// <summary>
/// GWAInet's only kind of convolution: 3x3, starting as Glorot and Bengio 2010 have it with biases of 0, and padded as
/// TensorFlow's "SAME" pads even sizes, which is one pixel behind and none before where it halves them.
/// </summary>
/// <param name="stride">1 or 2.</param>
/// <param name="gain">Of the weights that it starts with.</param>
public sealed class SameConv2d(int inChannels, int outChannels, int stride = 1, double gain = 1) : Block
{
    private readonly Weight weight = new([outChannels, inChannels, 3, 3], Initializers.XavierUniform(gain));
    private readonly Weight bias = new([outChannels], Initializers.Zeros);

    public override FeatureMap Forward(FeatureMap x) => stride == 1
        ? x.Conv2d(weight, bias, padding: 1)
        : x.PadZero(left: 0, right: 1, top: 0, bottom: 1).Conv2d(weight, bias, stride);

    /// <summary>Three times a convolution and one that halves height and width, each before a ReLU.</summary>
    internal static SameConv2d[] Halvings(int inChannels, int channels) =>
    [
        .. Enumerable.Range(0, 6).Select(i => new SameConv2d(i == 0 ? inChannels : channels, channels, stride: 1 + i % 2)),
    ];

    /// <summary>Three times a convolution whose output a pixel shuffle makes twice as high and wide.</summary>
    internal static SameConv2d[] Doublings(int channels) => [.. Enumerable.Range(0, 3).Select(_ => new SameConv2d(channels, 4 * channels))];

    /// <summary>Residual blocks of EDSR that start as this does.</summary>
    internal static ResidualBlock[] Residuals(int channels, int count) =>
    [
        .. Enumerable.Range(0, count).Select(_ => new ResidualBlock(channels, initializer: Initializers.XavierUniform(), biasInitializer: Initializers.Zeros)),
    ];
}
