using Revisage.Training.Layers;

namespace Revisage.Training.Priors.Alignment;

/// <summary>The size of <see cref="FanNetwork"/>; the default is the published 2D-FAN-4.</summary>
public sealed record FanOptions
{
    /// <summary>Hourglasses, each of which corrects the one before.</summary>
    public int Stacks { get; init; } = 4;
}

/// <summary>
/// 2D-FAN (Bulat and Tzimiropoulos, "How far are we from solving the 2D and 3D Face Alignment problem?", ICCV 2017,
/// figure 1), the teacher of the progressive method's heatmaps. [N, 3, 4h, 4w], RGB in [0, 1], h and w multiples of 16,
/// to one heatmap a landmark, [N, 68, h, w], Gaussians of height 1; published for 256 pixels. 23,820,176 parameters, named as
/// in 1adrianb/face-alignment.
/// </summary>
/// <remarks>Differs from the paper: none known.</remarks>
public sealed class FanNetwork(FanOptions options) : Block
{
    /// <summary>Pixels of the face's side for one of its heatmaps'.</summary>
    public const int Shrinks = 4;

    private const int Channels = 256;
    private const int Landmarks = 68;

    private readonly Conv2d conv1 = new(3, 64, 7, stride: 2, padding: 3);
    private readonly BatchNorm2d bn1 = new(64);
    private readonly FanConvBlock conv2 = new(64, 128);
    private readonly FanConvBlock conv3 = new(128, 128);
    private readonly FanConvBlock conv4 = new(128, Channels);

    [StateName("m{0}")]
    private readonly FanHourglass[] hourglasses = Each(options.Stacks, () => new FanHourglass(Channels, depth: 4));

    [StateName("top_m_{0}")]
    private readonly FanConvBlock[] tops = Each(options.Stacks, () => new FanConvBlock(Channels, Channels));

    [StateName("conv_last{0}")]
    private readonly Conv2d[] lasts = Each(options.Stacks, () => new Conv2d(Channels, Channels, 1));

    [StateName("bn_end{0}")]
    private readonly BatchNorm2d[] ends = Each(options.Stacks, () => new BatchNorm2d(Channels));

    [StateName("l{0}")]
    private readonly Conv2d[] heads = Each(options.Stacks, () => new Conv2d(Channels, Landmarks, 1));

    // What the next stack sees of this one's features and heatmaps.
    [StateName("bl{0}")]
    private readonly Conv2d[] features = Each(options.Stacks - 1, () => new Conv2d(Channels, Channels, 1));

    [StateName("al{0}")]
    private readonly Conv2d[] heatmaps = Each(options.Stacks - 1, () => new Conv2d(Landmarks, Channels, 1));

    /// <summary>The last stack's heatmaps.</summary>
    public override FeatureMap Forward(FeatureMap x) => Stacks(x)[^1];

    /// <summary>Every stack's heatmaps, the best last; training compares each with the truth.</summary>
    public IReadOnlyList<FeatureMap> Stacks(FeatureMap x)
    {
        x = bn1.Forward(conv1.Forward(x)).Relu();                       // N x 64 x 2h x 2w
        x = conv4.Forward(conv3.Forward(conv2.Forward(x).AveragePool(2, 2)));
        var outputs = new FeatureMap[options.Stacks];
        for (var i = 0; i < outputs.Length; i++)
        {
            var top = ends[i].Forward(lasts[i].Forward(tops[i].Forward(hourglasses[i].Forward(x)))).Relu();
            outputs[i] = heads[i].Forward(top);
            if (i < outputs.Length - 1)
            {
                x = x + features[i].Forward(top) + heatmaps[i].Forward(outputs[i]);
            }
        }

        return outputs;
    }

    private static T[] Each<T>(int count, Func<T> create) => [.. Enumerable.Range(0, count).Select(_ => create())];
}
