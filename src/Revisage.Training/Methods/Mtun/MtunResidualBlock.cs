using Revisage.Training.Layers;

namespace Revisage.Training.Methods.Mtun;

/// <summary>
/// MTUN's residual block (Yu 2018, section 3.4): norm, ReLU and a 3x3 convolution, norm, ReLU and a 1x1 convolution, added
/// to the input, which a 1x1 convolution widens or narrows where the channels differ.
/// </summary>
/// <remarks>
/// Differs from the paper, as the authors' code does: the 3x3 convolution already has the output's channels; in the paper it
/// keeps the input's, and the 1x1 changes them.
/// </remarks>
public sealed class MtunResidualBlock(int inChannels, int channels) : Block
{
    private readonly BatchNorm2d norm1 = new(inChannels);
    private readonly Conv2d conv1 = new(inChannels, channels, 3, padding: 1);
    private readonly BatchNorm2d norm2 = new(channels);
    private readonly Conv2d conv2 = new(channels, channels, 1);
    private readonly Conv2d? shortcut = inChannels == channels ? null : new(inChannels, channels, 1);

    public override FeatureMap Forward(FeatureMap x)
    {
        var residual = conv2.Forward(norm2.Forward(conv1.Forward(norm1.Forward(x).Relu())).Relu());
        return residual + (shortcut?.Forward(x) ?? x);
    }
}
