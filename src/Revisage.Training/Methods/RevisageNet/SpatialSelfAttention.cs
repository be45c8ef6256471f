using Revisage.Training.Layers;

namespace Revisage.Training.Methods.RevisageNet;

/// <summary>
/// Self-attention over positions (Vaswani et al., "Attention Is All You Need", NeurIPS 2017, equation 1, of four heads), added to
/// its input: what is known of one eye helps the other. [N, C, H, W] to the same; its cost grows with the square of H * W, so it
/// is for small maps. Its last layer starts at zero, the whole at identity.
/// </summary>
/// <param name="channels">A multiple of 4.</param>
/// <remarks>Differs from the paper: no normalisation; positions are known from the map that <see cref="RevisageNetwork"/> adds.</remarks>
public sealed class SpatialSelfAttention(int channels) : Block
{
    private const int HeadCount = 4;

    private readonly Conv2d qkv = new(channels, 3 * channels, 1, bias: false);
    private readonly Conv2d project = new(channels, channels, 1, initializer: Initializers.Zeros, biasInitializer: Initializers.Zeros);

    public override FeatureMap Forward(FeatureMap x)
    {
        var parts = qkv.Forward(x).Split(3, channels);
        var (query, key, value) = (Heads(parts[0]), Heads(parts[1]), Heads(parts[2]));           // N x heads x C/heads x HW
        var weights = (query.TransposeLast() * (1 / Math.Sqrt(channels / HeadCount))).MatMul(key).Softmax(-1);     // N x heads x HW x HW
        var mixed = weights.MatMul(value.TransposeLast()).TransposeLast();                         // N x heads x C/heads x HW
        return x + project.Forward(mixed.ReshapeAs(x));
    }

    private FeatureMap Heads(FeatureMap x) => x.Reshape(HeadCount, channels / HeadCount, -1);
}
