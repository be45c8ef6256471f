namespace Revisage.Training.Layers;

// Operators without weights, as the blocks that a Sequence holds.

public sealed class Relu : Block
{
    public override FeatureMap Forward(FeatureMap x) => x.Relu();
}

public sealed class LeakyRelu(double slope = 0.01) : Block
{
    public override FeatureMap Forward(FeatureMap x) => x.LeakyRelu(slope);
}

public sealed class Sigmoid : Block
{
    public override FeatureMap Forward(FeatureMap x) => x.Sigmoid();
}

public sealed class Tanh : Block
{
    public override FeatureMap Forward(FeatureMap x) => x.Tanh();
}

/// <summary>The largest of each <paramref name="kernel"/> by <paramref name="kernel"/> pixels, windows side by side.</summary>
public sealed class MaxPool2d(int kernel) : Block
{
    public override FeatureMap Forward(FeatureMap x) => x.MaxPool(kernel, kernel);
}
