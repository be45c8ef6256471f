namespace Revisage.Training.Layers;

/// <summary>
/// EDSR's residual block (Lim 2017, figure 2c): convolution, ReLU, convolution, no normalisation, added to the
/// input times <paramref name="scale"/>.
/// </summary>
public sealed class ResidualBlock(int channels, double scale = 1, Initializer? initializer = null, Initializer? biasInitializer = null) : Block
{
    private readonly Conv2d conv1 = new(channels, channels, 3, padding: 1, initializer: initializer, biasInitializer: biasInitializer);
    private readonly Conv2d conv2 = new(channels, channels, 3, padding: 1, initializer: initializer, biasInitializer: biasInitializer);

    public override FeatureMap Forward(FeatureMap x)
    {
        var residual = conv2.Forward(conv1.Forward(x).Relu());
        return x + (scale is 1 ? residual : residual * scale);
    }
}
