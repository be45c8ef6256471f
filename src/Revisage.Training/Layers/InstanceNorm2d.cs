namespace Revisage.Training.Layers;

/// <summary>Instance normalisation, without running statistics; <paramref name="affine"/> adds a learned scale and shift.</summary>
public sealed class InstanceNorm2d(int channels, bool affine = false, double epsilon = 1e-5) : Block
{
    private readonly Weight? weight = affine ? new([channels], Initializers.Ones) : null;
    private readonly Weight? bias = affine ? new([channels], Initializers.Zeros) : null;

    public override FeatureMap Forward(FeatureMap x) => x.InstanceNorm(weight, bias, epsilon);
}
