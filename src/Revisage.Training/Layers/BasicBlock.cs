namespace Revisage.Training.Layers;

/// <summary>
/// Two 3x3 convolutions beside a skip, which is a 1x1 convolution itself where sizes change (He et al., "Deep Residual Learning for
/// Image Recognition", CVPR 2016, figure 2), under torchvision's names: [N, C, H, W] to [N, channels, H / stride, W / stride].
/// </summary>
public sealed class BasicBlock(int inChannels, int channels, int stride = 1) : Block
{
    private readonly Conv2d conv1 = new(inChannels, channels, 3, stride, padding: 1, bias: false, initializer: Initializers.KaimingNormal());
    private readonly BatchNorm2d bn1 = new(channels);
    private readonly Conv2d conv2 = new(channels, channels, 3, padding: 1, bias: false, initializer: Initializers.KaimingNormal());
    private readonly BatchNorm2d bn2 = new(channels);

    private readonly Sequence? downsample = inChannels == channels && stride == 1
        ? null
        : new(new Conv2d(inChannels, channels, 1, stride, bias: false, initializer: Initializers.KaimingNormal()), new BatchNorm2d(channels));

    public override FeatureMap Forward(FeatureMap x)
    {
        ArgumentNullException.ThrowIfNull(x);
        var residual = bn2.Forward(conv2.Forward(bn1.Forward(conv1.Forward(x)).Relu()));
        return ((downsample?.Forward(x) ?? x) + residual).Relu();
    }
}
