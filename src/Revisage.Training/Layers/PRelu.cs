namespace Revisage.Training.Layers;

/// <summary>A leaky ReLU with learned slopes: one for each of <paramref name="channels"/>, or one for all.</summary>
public sealed class PRelu(int channels = 1, float slope = 0.25f) : Block
{
    private readonly Weight weight = new([channels], Initializers.Constant(slope));

    public override FeatureMap Forward(FeatureMap x) => x.PRelu(weight);
}
