using Revisage.Training.Layers;

namespace Revisage.Training.Priors.FaceDetection;

/// <summary>The size of <see cref="DetectorNetwork"/>.</summary>
public sealed record DetectorNetworkOptions
{
    /// <summary>Channels at half the photograph's size.</summary>
    public int Stem { get; init; } = 16;

    /// <summary>Channels at a quarter of it, where the smallest faces are found.</summary>
    public int Stride4 { get; init; } = 32;

    /// <inheritdoc cref="Stride4"/>
    public int Stride8 { get; init; } = 64;

    /// <inheritdoc cref="Stride4"/>
    public int Stride16 { get; init; } = 80;

    /// <inheritdoc cref="Stride4"/>
    public int Stride32 { get; init; } = 96;

    /// <summary>Channels of the pyramid and of the heads.</summary>
    public int Pyramid { get; init; } = 32;
}

/// <summary>
/// A small anchor-free face detector: residual stages, a top-down pyramid (Lin et al., "Feature Pyramid Networks", CVPR 2017) and
/// heads that all its levels share (Tian et al., "FCOS", ICCV 2019). [N, 3, H, W], RGB in [-1, 1], H and W multiples of 32, to four
/// maps [N, 15, H / s, W / s] with s = 4, 8, 16, 32, as <see cref="Revisage.Faces.FaceCandidates"/> reads them. 591,359 parameters.
/// </summary>
/// <remarks>
/// Differs from FCOS: a cell tells its box's centre and the logarithms of its sides instead of four distances, whose sum says the
/// same; there is no centre-ness, since only cells near a face's centre learn to be one; five landmarks besides.
/// </remarks>
public sealed class DetectorNetwork(DetectorNetworkOptions options) : Block
{
    // So that at first nearly nothing is a face (Lin et al., "Focal Loss", ICCV 2017, section 3.3).
    private const float FirstScore = -4.6f;

    // Faces have some four strides, whichever level finds them.
    private const float FirstSize = 1.4f;

    private readonly Conv2d stem = new(3, options.Stem, 3, stride: 2, padding: 1, bias: false, initializer: Initializers.KaimingNormal());
    private readonly BatchNorm2d stemNorm = new(options.Stem);
    private readonly BasicBlock stage4 = new(options.Stem, options.Stride4, stride: 2);
    private readonly Sequence stage8 = new(new BasicBlock(options.Stride4, options.Stride8, stride: 2), new BasicBlock(options.Stride8, options.Stride8));
    private readonly Sequence stage16 = new(new BasicBlock(options.Stride8, options.Stride16, stride: 2), new BasicBlock(options.Stride16, options.Stride16));
    private readonly BasicBlock stage32 = new(options.Stride16, options.Stride32, stride: 2);

    private readonly Conv2d lateral4 = new(options.Stride4, options.Pyramid, 1);
    private readonly Conv2d lateral8 = new(options.Stride8, options.Pyramid, 1);
    private readonly Conv2d lateral16 = new(options.Stride16, options.Pyramid, 1);
    private readonly Conv2d lateral32 = new(options.Stride32, options.Pyramid, 1);

    private readonly DetectorHead head = new(options.Pyramid, FirstScore, FirstSize);

    private readonly Sequence smooth4 = Smooth(options.Pyramid);
    private readonly Sequence smooth8 = Smooth(options.Pyramid);
    private readonly Sequence smooth16 = Smooth(options.Pyramid);
    private readonly Sequence smooth32 = Smooth(options.Pyramid);

    /// <summary>The finest map.</summary>
    public override FeatureMap Forward(FeatureMap x) => ForwardAll([x])[0];

    public override IReadOnlyList<FeatureMap> ForwardAll(IReadOnlyList<FeatureMap> inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        var at4 = stage4.Forward(stemNorm.Forward(stem.Forward(inputs[0])).Relu());
        var at8 = stage8.Forward(at4);
        var at16 = stage16.Forward(at8);
        var at32 = stage32.Forward(at16);

        var top32 = lateral32.Forward(at32);
        var top16 = lateral16.Forward(at16) + top32.Resize(Interpolation.Nearest, 2);
        var top8 = lateral8.Forward(at8) + top16.Resize(Interpolation.Nearest, 2);
        var top4 = lateral4.Forward(at4) + top8.Resize(Interpolation.Nearest, 2);

        return
        [
            head.Forward(smooth4.Forward(top4)),
            head.Forward(smooth8.Forward(top8)),
            head.Forward(smooth16.Forward(top16)),
            head.Forward(smooth32.Forward(top32)),
        ];
    }

    private static Sequence Smooth(int channels) => new(
        new Conv2d(channels, channels, 3, padding: 1, bias: false, initializer: Initializers.KaimingNormal()), new BatchNorm2d(channels), new Relu());
}

/// <summary>From one level of the pyramid, [N, C, H, W], to its map, [N, 15, H, W]. It is shared, and so has no batch norm: levels differ in their statistics.</summary>
internal sealed class DetectorHead(int channels, float firstScore, float firstSize) : Block
{
    private const int Landmarks = 5;

    private readonly Conv2d tower = new(channels, channels, 3, padding: 1, initializer: Initializers.KaimingNormal(), biasInitializer: Initializers.Zeros);
    private readonly Conv2d score = new(channels, 1, 3, padding: 1, initializer: Initializers.Normal(0.01), biasInitializer: Initializers.Constant(firstScore));
    private readonly Conv2d centre = new(channels, 2, 3, padding: 1, initializer: Initializers.Normal(0.01), biasInitializer: Initializers.Zeros);
    private readonly Conv2d size = new(channels, 2, 3, padding: 1, initializer: Initializers.Normal(0.01), biasInitializer: Initializers.Constant(firstSize));
    private readonly Conv2d landmarks = new(channels, 2 * Landmarks, 3, padding: 1, initializer: Initializers.Normal(0.01), biasInitializer: Initializers.Zeros);

    public override FeatureMap Forward(FeatureMap x)
    {
        x = tower.Forward(x).Relu();
        return score.Forward(x).Concat(centre.Forward(x), size.Forward(x), landmarks.Forward(x));
    }
}
