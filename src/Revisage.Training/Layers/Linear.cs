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
