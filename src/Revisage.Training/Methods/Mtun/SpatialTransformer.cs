using Revisage.Training.Layers;

namespace Revisage.Training.Methods.Mtun;

/// <summary>What finds the transform inside <see cref="MtunGenerator"/>.</summary>
public enum TransformerHead
{
    /// <summary>The paper's layers with one more pooling, which brings 64 pixels to the 80 numbers that it names.</summary>
    Paper,

    /// <summary>As the first author's other networks have it at 64 pixels: wider, with a third convolution.</summary>
    Sibling64,
}

/// <summary>
/// A spatial transformer (Jaderberg et al., NeurIPS 2015) of similarities, which turns, scales and shifts a face
/// upright (Yu 2018, section 3.4): convolutions and two fully connected layers find angle (radians), scale, ty and tx, and the
/// map is sampled there, bilinear, zeros outside. The map's shape stays. It starts as the identity.
/// </summary>
/// <remarks>
/// Angles are those of the authors' package, whose coordinates are (row, column): a positive one turns the picture clockwise.
/// Differs from the authors' code: theirs starts at an angle of 1 radian, which is left over from transforms of six numbers;
/// and it shifts before it turns and scales, where this one shifts last, so the same similarity has other ty and tx.
/// </remarks>
/// <param name="localizer">Map to <paramref name="features"/> numbers an image, by convolutions and pooling.</param>
public sealed class SpatialTransformer(Sequence localizer, int features) : Block
{
    private const int Hidden = 20;

    private readonly Sequence localizer = localizer;
    private readonly Linear fc1 = new(features, Hidden);
    private readonly Linear fc2 = new(Hidden, 4, initializer: Initializers.Zeros, biasInitializer: Identity);

    /// <summary>For maps of 64x64; the paper's, for 67 channels, has 45,244 parameters.</summary>
    public static SpatialTransformer Of64(int channels, TransformerHead head) => head switch
    {
        // 64 -> 32 -> 28 -> 14 -> 10 -> 5 -> 2 pixels a side.
        TransformerHead.Paper => new(
            new(new MaxPool2d(2), new Conv2d(channels, 20, 5), new Relu(), new MaxPool2d(2), new Conv2d(20, 20, 5), new Relu(), new MaxPool2d(2), new MaxPool2d(2)),
            features: 20 * 2 * 2),
        // 64 -> 32 -> 28 -> 14 -> 10 -> 5 -> 3.
        TransformerHead.Sibling64 => new(
            new(
                new MaxPool2d(2), new Conv2d(channels, 128, 5), new Relu(), new MaxPool2d(2), new Conv2d(128, 20, 5), new Relu(),
                new MaxPool2d(2), new Conv2d(20, 20, 3), new Relu()),
            features: 20 * 3 * 3),
        _ => throw new ArgumentOutOfRangeException(nameof(head), head, null),
    };

    public override FeatureMap Forward(FeatureMap x)
    {
        var similarity = fc2.Forward(fc1.Forward(localizer.Forward(x).Flatten()).Relu());
        // In (x, y), which the sampler counts in, the same rotation has the opposite angle.
        return x.AffineWarp((similarity.Channels(0, 1) * -1).Concat(similarity.Channels(1, 3)));
    }

    private static void Identity(Span<float> values, IReadOnlyList<int> shape, Random random)
    {
        values.Clear();
        values[1] = 1;
    }
}
