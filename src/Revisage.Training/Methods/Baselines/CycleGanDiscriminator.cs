using Revisage.Training.Layers;

namespace Revisage.Training.Methods.Baselines;

/// <summary>The sizes of <see cref="CycleGanDiscriminator"/>; the defaults are the paper's 70x70 PatchGAN.</summary>
public sealed record CycleGanDiscriminatorOptions
{
    /// <summary>Channels of the first convolution; the others have 2, 4, 8 and then no more than 8 times as many.</summary>
    public int Width { get; init; } = 64;

    /// <summary>Convolutions that halve the size: 3 for patches of 70 pixels, 2 of 34, 1 of 16.</summary>
    public int Halvings { get; init; } = 3;
}

/// <summary>
/// CycleGAN's discriminator (Zhu 2017, appendix 7.2): tells real from made patch by patch. [N, 3, H, W] in [-1, 1] to a
/// score for each of the overlapping patches, [N, 1, H / 8 - 2, W / 8 - 2], near 1 for real; 2,764,737 parameters, named as in the
/// authors' code.
/// </summary>
/// <remarks>Differs from the paper: small faces are judged by smaller patches, since a patch of 70 pixels takes 24 or more.</remarks>
public sealed class CycleGanDiscriminator : Block
{
    private readonly Sequence model;

    public CycleGanDiscriminator(CycleGanDiscriminatorOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        int Channels(int layer) => options.Width << Math.Min(layer, 3);
        model = new(
        [
            Convolution(3, options.Width, stride: 2), new LeakyRelu(0.2),
            .. Enumerable.Range(1, options.Halvings).SelectMany(layer => new Block[]
            {
                Convolution(Channels(layer - 1), Channels(layer), stride: layer < options.Halvings ? 2 : 1), new InstanceNorm2d(Channels(layer)), new LeakyRelu(0.2),
            }),
            Convolution(Channels(options.Halvings), 1, stride: 1),
        ]);
    }

    public override FeatureMap Forward(FeatureMap x) => model.Forward(x);

    private static Conv2d Convolution(int inChannels, int channels, int stride) =>
        new(inChannels, channels, 4, stride, padding: 1, initializer: Initializers.Normal(0.02), biasInitializer: Initializers.Zeros);
}
