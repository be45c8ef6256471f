using Revisage.Training.Layers;

namespace Revisage.Training.Methods.WNet;

/// <summary>
/// Weighs channels by what the whole map holds (Zhang et al., "Image Super-Resolution Using Very Deep Residual Channel
/// Attention Networks", ECCV 2018, figure 3).
/// </summary>
/// <param name="channels">A multiple of 16.</param>
public sealed class ChannelAttention(int channels) : Block
{
    private const int Reduction = 16;

    // Means differ little from face to face, so a ReLU that random numbers shut would stay so, and with four channels or fewer
    // that often leaves none open.
    private const float Open = 0.5f;

    private readonly Conv2d squeeze = new(channels, channels / Reduction, 1, biasInitializer: Initializers.Constant(Open));
    private readonly Conv2d excite = new(channels / Reduction, channels, 1);

    public override FeatureMap Forward(FeatureMap x) => x * excite.Forward(squeeze.Forward(x.GlobalAveragePool()).Relu()).Sigmoid();
}

/// <summary>Weighs pixels by the mean and the largest of their channels (Woo et al., "CBAM", ECCV 2018, figure 2).</summary>
public sealed class SpatialAttention : Block
{
    private readonly Conv2d conv = new(2, 1, 7, padding: 3);

    public override FeatureMap Forward(FeatureMap x) => x * conv.Forward(x.ChannelMean().Concat(x.ChannelMax())).Sigmoid();
}

/// <summary>
/// Self-attention between channels (Zamir et al., "Restormer", CVPR 2022, equation 2, which W-Net's equations 20 and 21 follow): in each
/// of four heads, every channel becomes a mixture of the values of those whose pixels are like its own. Its cost grows
/// with the pixels, not with their square.
/// </summary>
/// <param name="channels">A multiple of 4.</param>
/// <remarks>Differs from Restormer: no layer normalisation before it.</remarks>
public sealed class ChannelSelfAttention(int channels) : Block
{
    private const int HeadCount = 4;

    private readonly Conv2d qkv = new(channels, 3 * channels, 1, bias: false);
    private readonly Conv2d depthwise = new(3 * channels, 3 * channels, 3, padding: 1, groups: 3 * channels, bias: false);
    private readonly Weight temperature = new([HeadCount, 1, 1], Initializers.Ones);
    private readonly Conv2d project = new(channels, channels, 1, bias: false);

    public override FeatureMap Forward(FeatureMap x)
    {
        var all = depthwise.Forward(qkv.Forward(x)).Split(3, channels);
        var query = Heads(all[0]).L2Normalize(axis: -1);
        var key = Heads(all[1]).L2Normalize(axis: -1);
        var likeness = query.MatMul(key.TransposeLast()).Multiply(temperature).Softmax(-1);     // N x 4 x 16 x 16
        return project.Forward(likeness.MatMul(Heads(all[2])).ReshapeAs(x));
    }

    private FeatureMap Heads(FeatureMap x) => x.Reshape(HeadCount, channels / HeadCount, -1);     // N x 4 x 16 x HW
}
