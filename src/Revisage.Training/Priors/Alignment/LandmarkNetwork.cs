using Revisage.Training.Layers;

namespace Revisage.Training.Priors.Alignment;

/// <summary>The size of <see cref="LandmarkNetwork"/>.</summary>
public sealed record LandmarkNetworkOptions
{
    /// <summary>Feature channels; a multiple of 4. FAN has 256.</summary>
    public int Channels { get; init; } = 128;

    /// <summary>Halvings within the hourglass.</summary>
    public int Depth { get; init; } = 4;

    /// <summary>Height and width of its heatmaps: a quarter of the face's.</summary>
    public int MapSide { get; init; } = 32;
}

/// <summary>
/// A compact landmark network that sees the whole face: FAN's stem and one hourglass of its units at half its width
/// (see <see cref="FanNetwork"/>), and the points as the mean positions of its heatmaps (Sun et al., "Integral Human Pose
/// Regression", ECCV 2018), so that they are exact below a heatmap's pixel. [N, 3, 4 side, 4 side], RGB in [0, 1], to
/// [N, 136]: 68 x, then 68 y, in shares of the face's side. 1,547,428 parameters.
/// </summary>
public sealed class LandmarkNetwork(LandmarkNetworkOptions options) : Block
{
    private const int Landmarks = 68;

    private readonly Conv2d conv1 = new(3, options.Channels / 4, 7, stride: 2, padding: 3);
    private readonly BatchNorm2d bn1 = new(options.Channels / 4);
    private readonly FanConvBlock conv2 = new(options.Channels / 4, options.Channels / 2);
    private readonly FanConvBlock conv3 = new(options.Channels / 2, options.Channels);
    private readonly FanHourglass hourglass = new(options.Channels, options.Depth);
    private readonly FanConvBlock top = new(options.Channels, options.Channels);
    private readonly Conv2d last = new(options.Channels, options.Channels, 1);
    private readonly BatchNorm2d end = new(options.Channels);
    private readonly Conv2d heatmaps = new(options.Channels, Landmarks, 1);

    // Where the heatmaps' pixels have their centres, in shares of the side.
    private readonly Weight columns = new([1, 1, 1, options.MapSide], Centres) { Learned = false };
    private readonly Weight rows = new([1, 1, options.MapSide, 1], Centres) { Learned = false };

    public override FeatureMap Forward(FeatureMap x)
    {
        x = bn1.Forward(conv1.Forward(x)).Relu();                           // N x 32 x 2 side x 2 side
        x = conv3.Forward(conv2.Forward(x).AveragePool(2, 2));              // N x 128 x side x side
        x = end.Forward(last.Forward(top.Forward(hourglass.Forward(x)))).Relu();
        var side = options.MapSide;
        var shares = heatmaps.Forward(x).Reshape(Landmarks, side * side).Softmax(-1).Reshape(Landmarks, side, side);
        return Mean(shares.Multiply(columns)).Concat(Mean(shares.Multiply(rows)));

        FeatureMap Mean(FeatureMap weighed) => weighed.GlobalAveragePool().Flatten() * (side * side);
    }

    private static void Centres(Span<float> values, IReadOnlyList<int> shape, Random random)
    {
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = (i + 0.5f) / values.Length;
        }
    }
}
