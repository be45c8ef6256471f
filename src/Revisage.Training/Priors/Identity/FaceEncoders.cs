using Revisage.Training.Layers;
using Revisage.Training.Priors.Alignment;

namespace Revisage.Training.Priors.Identity;

/// <summary>The size of a compact identity encoder.</summary>
public sealed record FaceEncoderOptions
{
    /// <summary>Channels of the first stage; a multiple of 4. Each of the three that follow has twice as many as the one before.</summary>
    public int Width { get; init; } = 32;

    /// <summary>Residual units of each stage.</summary>
    public int Units { get; init; } = 2;

    /// <summary>Numbers an embedding has.</summary>
    public int Embedding { get; init; } = 128;
}

/// <summary>
/// The compact Inet, for identity losses: a ResNet (He et al., CVPR 2016) of four stages. [N, 3, 128, 128] in [-1, 1] to
/// an embedding [N, 128] of length 1; 2,830,432 parameters.
/// </summary>
public sealed class ResidualEncoder(FaceEncoderOptions options) : Block
{
    private readonly Conv2d stem = new(3, options.Width, 5, stride: 2, padding: 2, bias: false);
    private readonly BatchNorm2d norm = new(options.Width);

    private readonly Sequence stages = new(
    [
        .. Enumerable.Range(0, 4).SelectMany(stage => Enumerable.Range(0, options.Units).Select(unit =>
            unit > 0 ? new Unit(options.Width << stage, options.Width << stage, 1)
            : new Unit(options.Width << Math.Max(0, stage - 1), options.Width << stage, 2))),
    ]);

    private readonly Linear embedding = new(options.Width << 3, options.Embedding, bias: false);

    /// <summary>Features that an embedding is made of.</summary>
    internal int Features => options.Width << 3;

    public override FeatureMap Forward(FeatureMap x) => Embed(Pooled(x));

    /// <summary>[N, Features].</summary>
    internal FeatureMap Pooled(FeatureMap x) => stages.Forward(norm.Forward(stem.Forward(x)).Relu()).GlobalAveragePool().Flatten();

    internal FeatureMap Embed(FeatureMap features) => embedding.Forward(features).L2Normalize();

    private sealed class Unit(int inChannels, int channels, int stride) : Block
    {
        private readonly Conv2d conv1 = new(inChannels, channels, 3, stride, padding: 1, bias: false);
        private readonly BatchNorm2d bn1 = new(channels);
        private readonly Conv2d conv2 = new(channels, channels, 3, padding: 1, bias: false);
        private readonly BatchNorm2d bn2 = new(channels);

        private readonly Sequence? shortcut = stride == 1 && inChannels == channels
            ? null
            : new(new Conv2d(inChannels, channels, 1, stride, bias: false), new BatchNorm2d(channels));

        public override FeatureMap Forward(FeatureMap x) =>
            (bn2.Forward(conv2.Forward(bn1.Forward(conv1.Forward(x)).Relu())) + (shortcut?.Forward(x) ?? x)).Relu();
    }
}

/// <summary>
/// The encoder that only ever evaluates: FAN's units (<see cref="FanConvBlock"/>) between poolings, and the strongest
/// answer of each feature beside its mean, so that it has neither architecture nor people in common with what losses use.
/// [N, 3, 128, 128] in [-1, 1] to an embedding [N, 128] of length 1; 1,000,736 parameters.
/// </summary>
public sealed class PooledEncoder(FaceEncoderOptions options) : Block
{
    private readonly Conv2d stem = new(3, options.Width, 7, stride: 2, padding: 3);

    private readonly Sequence[] stages =
    [
        .. Enumerable.Range(0, 4).Select(stage => new Sequence([.. Enumerable.Range(0, options.Units).Select(unit =>
            new FanConvBlock(unit > 0 || stage == 0 ? options.Width << stage : options.Width << (stage - 1), options.Width << stage))])),
    ];

    private readonly BatchNorm2d norm = new(options.Width << 3);
    private readonly Linear embedding = new(options.Width << 4, options.Embedding, bias: false);

    /// <summary>Features that an embedding is made of.</summary>
    internal int Features => options.Width << 4;

    public override FeatureMap Forward(FeatureMap x) => Embed(Pooled(x));

    /// <summary>[N, Features].</summary>
    internal FeatureMap Pooled(FeatureMap x)
    {
        x = stages.Aggregate(stem.Forward(x), (map, stage) => stage.Forward(map.AveragePool(2, 2)));
        x = norm.Forward(x).Relu();                                       // N x 8W x 4 x 4
        return x.GlobalAveragePool().Flatten().Concat(x.GlobalMaxPool().Flatten());
    }

    internal FeatureMap Embed(FeatureMap features) => embedding.Forward(features).L2Normalize();
}
