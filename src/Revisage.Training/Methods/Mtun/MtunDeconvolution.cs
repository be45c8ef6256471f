using Revisage.Training.Layers;

namespace Revisage.Training.Methods.Mtun;

/// <summary>Twice the height and width: a transposed convolution, batch norm and ReLU.</summary>
public sealed class MtunDeconvolution(int inChannels, int channels, int kernel = 4, int padding = 1) : Block
{
    private readonly ConvTranspose2d conv = new(
        inChannels, channels, kernel, stride: 2, padding: padding, initializer: Spread(inChannels, kernel), biasInitializer: Spread(inChannels, kernel));

    private readonly BatchNorm2d norm = new(channels);

    public override FeatureMap Forward(FeatureMap x) => norm.Forward(conv.Forward(x)).Relu();

    // Torch7 counts a transposed convolution's fan-in over its inputs, PyTorch over its outputs.
    private static Initializer Spread(int inChannels, int kernel) => Initializers.Uniform(1 / Math.Sqrt(inChannels * kernel * kernel));
}
