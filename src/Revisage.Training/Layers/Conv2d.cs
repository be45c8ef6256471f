namespace Revisage.Training.Layers;

/// <summary>Cross-correlation with a square kernel; starts as PyTorch's <c>nn.Conv2d</c> does unless told otherwise.</summary>
public sealed class Conv2d(
    int inChannels,
    int outChannels,
    int kernel,
    int stride = 1,
    int padding = 0,
    int dilation = 1,
    int groups = 1,
    bool bias = true,
    Initializer? initializer = null,
    Initializer? biasInitializer = null) : Block
{
    private readonly Weight weight = new([outChannels, inChannels / groups, kernel, kernel], initializer ?? Initializers.LayerWeight);
    private readonly Weight? bias = bias
        ? new([outChannels], biasInitializer ?? Initializers.LayerBias(inChannels / groups * kernel * kernel))
        : null;

    public override FeatureMap Forward(FeatureMap x) => x.Conv2d(weight, bias, stride, padding, dilation, groups);
}

/// <summary>
/// Equalised learning rate (Karras 2018, section 4.1): numbers start from N(0, 1) and are multiplied by
/// sqrt(2 / fan-in) at each use. Named as PyTorch code has them, which wraps a convolution.
/// </summary>
public sealed class EqualizedConv2d(int inChannels, int outChannels, int kernel, int stride = 1, int padding = 0) : Block
{
    [StateName("conv.weight_orig")]
    private readonly Weight weight = new([outChannels, inChannels, kernel, kernel], Initializers.Normal(1))
    {
        Transform = new EqualizedRate(Math.Sqrt(2.0 / (inChannels * kernel * kernel))),
    };

    [StateName("conv.bias")]
    private readonly Weight bias = new([outChannels], Initializers.Zeros);

    public override FeatureMap Forward(FeatureMap x) => x.Conv2d(weight, bias, stride, padding);
}

/// <summary>A convolution whose weight is divided by its largest singular value (Miyato 2018).</summary>
public sealed class SpectralConv2d(
    int inChannels, int outChannels, int kernel, int stride = 1, int padding = 0, bool bias = true, Initializer? initializer = null) : Block
{
    private readonly Weight weight = new([outChannels, inChannels, kernel, kernel], initializer ?? Initializers.LayerWeight)
    {
        Transform = new SpectralNorm(
            new Weight([outChannels], Initializers.UnitVector) { Learned = false },
            new Weight([inChannels * kernel * kernel], Initializers.UnitVector) { Learned = false }),
    };

    private readonly Weight? bias = bias ? new([outChannels], Initializers.LayerBias(inChannels * kernel * kernel)) : null;

    public override FeatureMap Forward(FeatureMap x) => x.Conv2d(weight, bias, stride, padding);
}
