using Revisage.Training.Layers;

namespace Revisage.Training.Priors.Alignment;

/// <summary>
/// FAN's unit (Bulat and Tzimiropoulos, "Binarized Convolutional Landmark Localizers", ICCV 2017, figure 1b): three
/// 3x3 convolutions one after another, each behind a norm and a ReLU, whose outputs of 1/2, 1/4 and 1/4 of the channels
/// stand side by side on top of the input.
/// </summary>
/// <param name="channels">Out; a multiple of 4.</param>
public sealed class FanConvBlock(int inChannels, int channels) : Block
{
    private readonly BatchNorm2d bn1 = new(inChannels);
    private readonly Conv2d conv1 = new(inChannels, channels / 2, 3, padding: 1, bias: false);
    private readonly BatchNorm2d bn2 = new(channels / 2);
    private readonly Conv2d conv2 = new(channels / 2, channels / 4, 3, padding: 1, bias: false);
    private readonly BatchNorm2d bn3 = new(channels / 4);
    private readonly Conv2d conv3 = new(channels / 4, channels / 4, 3, padding: 1, bias: false);

    private readonly Sequence? downsample = inChannels == channels
        ? null
        : new(new BatchNorm2d(inChannels), new Relu(), new Conv2d(inChannels, channels, 1, bias: false));

    public override FeatureMap Forward(FeatureMap x)
    {
        var half = conv1.Forward(bn1.Forward(x).Relu());
        var quarter = conv2.Forward(bn2.Forward(half).Relu());
        var last = conv3.Forward(bn3.Forward(quarter).Relu());
        return half.Concat(quarter, last) + (downsample?.Forward(x) ?? x);
    }
}
