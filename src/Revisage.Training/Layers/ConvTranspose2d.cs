namespace Revisage.Training.Layers;

/// <summary>The transpose of <see cref="Conv2d"/>; starts as PyTorch's <c>nn.ConvTranspose2d</c> does unless told otherwise.</summary>
public sealed class ConvTranspose2d(
    int inChannels,
    int outChannels,
    int kernel,
    int stride = 1,
    int padding = 0,
    int outputPadding = 0,
    int groups = 1,
    bool bias = true,
    Initializer? initializer = null,
    Initializer? biasInitializer = null) : Block
{
    private readonly Weight weight = new([inChannels, outChannels / groups, kernel, kernel], initializer ?? Initializers.LayerWeight);
    private readonly Weight? bias = bias
        ? new([outChannels], biasInitializer ?? Initializers.LayerBias(outChannels / groups * kernel * kernel))
        : null;

    public override FeatureMap Forward(FeatureMap x) => x.ConvTranspose2d(weight, bias, stride, padding, outputPadding, groups);
}
