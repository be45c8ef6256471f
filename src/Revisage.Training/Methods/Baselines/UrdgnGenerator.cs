using Revisage.Training.Layers;

namespace Revisage.Training.Methods.Baselines;

/// <summary>The sizes of <see cref="UrdgnGenerator"/>; the default is the authors'.</summary>
public sealed record UrdgnOptions
{
    /// <summary>Channels of the first convolution; the others have 4, 8 and 16 times as many.</summary>
    public int Width { get; init; } = 16;
}

/// <summary>
/// The generator of URDGN (Yu and Porikli, "Ultra-Resolving Face Images by Discriminative Generative Networks", ECCV 2016, figure 2):
/// convolutions between doublings. [N, 3, h, w] in [-1, 1] to [N, 3, 8h, 8w] in that range, not clamped;
/// 1,054,243 parameters,
/// 14.58 G multiply-adds from 16 pixels. Its discriminator is MTUN's, by the same authors.
/// </summary>
/// <remarks>
/// Differs from the paper, as the first author's later code does: pixels are repeated before a convolution where the paper has
/// transposed convolutions.
/// </remarks>
public sealed class UrdgnGenerator(UrdgnOptions options) : Block
{
    private readonly Sequence body = new(
        new Conv2d(3, options.Width, 3, padding: 1), new BatchNorm2d(options.Width), new Relu(), new NearestUpsample(2),
        new Conv2d(options.Width, 4 * options.Width, 3, padding: 1), new BatchNorm2d(4 * options.Width), new Relu(), new NearestUpsample(2),
        new Conv2d(4 * options.Width, 8 * options.Width, 5, padding: 2), new BatchNorm2d(8 * options.Width), new Relu(), new NearestUpsample(2),
        new Conv2d(8 * options.Width, 16 * options.Width, 5, padding: 2), new BatchNorm2d(16 * options.Width), new Relu());

    private readonly Conv2d tail = new(16 * options.Width, 3, 5, padding: 2);

    public override FeatureMap Forward(FeatureMap x) => tail.Forward(body.Forward(x));
}
