namespace Revisage.Training.Layers;

/// <summary>[N, In] to [N, Out]; starts as PyTorch's <c>nn.Linear</c> does unless told otherwise.</summary>
public sealed class Linear(
    int inFeatures,
    int outFeatures,
    bool bias = true,
    Initializer? initializer = null,
    Initializer? biasInitializer = null) : Block
{
    private readonly Weight weight = new([outFeatures, inFeatures], initializer ?? Initializers.LayerWeight);
    private readonly Weight? bias = bias ? new([outFeatures], biasInitializer ?? Initializers.LayerBias(inFeatures)) : null;

    public override FeatureMap Forward(FeatureMap x) => x.Linear(weight, bias);
}

/// <summary>A linear layer whose weight is divided by its largest singular value (Miyato 2018).</summary>
public sealed class SpectralLinear(int inFeatures, int outFeatures, bool bias = true, Initializer? initializer = null) : Block
{
    private readonly Weight weight = new([outFeatures, inFeatures], initializer ?? Initializers.LayerWeight)
    {
        Transform = new SpectralNorm(
            new Weight([outFeatures], Initializers.UnitVector) { Learned = false },
            new Weight([inFeatures], Initializers.UnitVector) { Learned = false }),
    };

    private readonly Weight? bias = bias ? new([outFeatures], Initializers.LayerBias(inFeatures)) : null;

    public override FeatureMap Forward(FeatureMap x) => x.Linear(weight, bias);
}
