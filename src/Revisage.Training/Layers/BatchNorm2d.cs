namespace Revisage.Training.Layers;

/// <summary>Batch normalisation with PyTorch's momentum: running = (1 - momentum) * running + momentum * batch.</summary>
public sealed class BatchNorm2d(int channels, double epsilon = 1e-5, double momentum = 0.1) : Block
{
    private readonly Weight weight = new([channels], Initializers.Ones);
    private readonly Weight bias = new([channels], Initializers.Zeros);

    [StateName("running_mean")]
    private readonly Weight runningMean = new([channels], Initializers.Zeros) { Learned = false };

    [StateName("running_var")]
    private readonly Weight runningVariance = new([channels], Initializers.Ones) { Learned = false };

    public override FeatureMap Forward(FeatureMap x) => x.BatchNorm(weight, bias, runningMean, runningVariance, epsilon, momentum);
}
