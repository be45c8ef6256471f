using Revisage.Training.Layers;
using Revisage.Training.Priors.Features;

namespace Revisage.Training.Priors.Metrics;

/// <summary>
/// LPIPS (Zhang et al., "The Unreasonable Effectiveness of Deep Features as a Perceptual Metric", CVPR 2018, section 3, equation 1, as
/// version 0.1 of its authors' <c>lpips</c> has it), a distance of two images: both pass one network; five of its maps are brought to
/// length 1 over their channels, and the squares of their differences are weighted by channel, averaged over the places and summed.
/// Two [N, 3, S, S], RGB in [-1, 1], to [N, 1] of 0 and more: 0 for one and the same image.
/// </summary>
/// <remarks>
/// Differs from the authors' code: a vector v is divided by max(|v|, 1e-10), not by |v| + 1e-10, which is the same in 32 bits
/// where |v| is above 0.002, and where it is 0. Weights keep the authors' names but for those of the network, which they cut in
/// slices: <c>net.features.N</c> is torchvision's <c>features.N</c>.
/// </remarks>
public sealed class LpipsNetwork : Block
{
    private const double Epsilon = 1e-10;

    // Of the code's ScalingLayer: ImageNet's mean and deviation, carried over from [0, 1] to [-1, 1].
    private static readonly ColourScale Colours = new([-0.030, -0.088, -0.188], [0.458, 0.448, 0.450]);

    private readonly Block net;

    // Where training has its dropout, "0".
    [StateName("lin{0}.model.1")]
    private readonly Conv2d[] lins;

    private readonly Func<FeatureMap, IReadOnlyList<FeatureMap>> features;

    private LpipsNetwork(Block net, Func<FeatureMap, IReadOnlyList<FeatureMap>> features, IEnumerable<int> channels)
    {
        (this.net, this.features) = (net, features);
        lins = [.. channels.Select(count => new Conv2d(count, 1, 1, bias: false))];
    }

    /// <summary>Over AlexNet's relu1 to relu5, the authors' choice for measuring; 2,470,848 parameters.</summary>
    public static LpipsNetwork Alex()
    {
        var alex = new AlexNetwork();
        return new LpipsNetwork(alex, alex.Features, AlexNetwork.Channels);
    }

    /// <summary>Over VGG-16, each block's last ReLU; 14,716,160 parameters.</summary>
    public static LpipsNetwork Vgg()
    {
        var vgg = new VggNetwork(new VggOptions { Layers = ["relu1_2", "relu2_2", "relu3_3", "relu4_3", "relu5_3"] });
        return new LpipsNetwork(vgg, vgg.Features, vgg.Channels);
    }

    /// <param name="x">[N, 6, S, S]: both faces, one after the other.</param>
    public override FeatureMap Forward(FeatureMap x)
    {
        ArgumentNullException.ThrowIfNull(x);
        return Forward(x.Channels(0, 3), x.Channels(3, 3));
    }

    /// <summary>The two faces.</summary>
    public override IReadOnlyList<FeatureMap> ForwardAll(IReadOnlyList<FeatureMap> inputs) => inputs is [var face, var other]
        ? [Forward(face, other)]
        : throw new ArgumentException($"LPIPS compares two faces, but {inputs?.Count} inputs were given.", nameof(inputs));

    public FeatureMap Forward(FeatureMap face, FeatureMap other) => Distances(face, other).Aggregate((sum, distance) => sum + distance).Flatten();

    /// <summary>What each of the five maps adds, [N, 1, 1, 1].</summary>
    public IReadOnlyList<FeatureMap> Distances(FeatureMap face, FeatureMap other)
    {
        ArgumentNullException.ThrowIfNull(face);
        ArgumentNullException.ThrowIfNull(other);
        return
        [
            .. features(Colours.Of(face)).Zip(features(Colours.Of(other)), lins).Select(level =>
            {
                var difference = level.First.L2Normalize(Epsilon) - level.Second.L2Normalize(Epsilon);
                return level.Third.Forward(difference * difference).GlobalAveragePool();
            }),
        ];
    }
}
