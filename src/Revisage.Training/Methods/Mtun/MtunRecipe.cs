using Revisage.Torch;
using Revisage.Training.Priors.Features;
using Revisage.Training.Runs;

namespace Revisage.Training.Methods.Mtun;

/// <summary>
/// How MTUN is trained; the defaults are those of the authors' code (Yu 2018, section 4.1), apart from the small faces, which
/// <c>data.unaligned</c> puts out of place. Content and adversarial loss are there from the start, unless
/// <see cref="Content"/> has iterations.
/// </summary>
/// <remarks>
/// Differs from the authors' code: batches are drawn from all faces alike, not half of them from side poses; it has no last
/// iteration, where this ends after 80 epochs; the average of the weights ships.
/// </remarks>
public sealed record MtunRecipe : Recipe
{
    /// <summary>Iterations of the authors' epoch: 34,048 faces in batches of 8.</summary>
    internal const long Epoch = 34_048 / 8;

    public MtunRecipe()
    {
        Iterations = 80 * Epoch;
        Batch = 8;
        LearningRate = new LearningRate { Peak = 1e-3, Warmup = 100, WarmupShares = [0.02, 0.2], Decay = 0.99, DecayEvery = Epoch };
    }

    public MtunOptions Network { get; init; } = new();

    /// <summary>Weight of the face structure loss (equation 5); 0 to leave the branch without a target.</summary>
    public double HeatmapWeight { get; init; } = 1;

    /// <summary>
    /// The feature-wise loss (equation 2). The code multiplies by 0.01 and divides its gradient by 127.5, where the change of
    /// range to VGG's own would multiply it: 0.01 / 127.5² of the true one, on colours of 0 to 255, which Caffe's weights take.
    /// Torchvision's take them less ImageNet's mean over its deviation, 255 * 0.226 times weaker; since a network of ReLUs hands
    /// a factor on, the weight grows by the square of that.
    /// </summary>
    public PerceptualOptions Perceptual { get; init; } = new()
    {
        Depth = 19,
        Layers = ["relu3_2"],
        Weight = 0.01 / (127.5 * 127.5) * (255 * 0.226) * (255 * 0.226),
        FaceFeaturesScale = 30,
        Resnet18Scale = 0.012,
    };

    public MtunAdversarialOptions Adversarial { get; init; } = new();

    /// <summary>A phase of image and heatmap losses alone, before all losses meet.</summary>
    public ContentOptions Content { get; init; } = new();

    /// <summary>Of generator and discriminator; the rate follows <see cref="Recipe.LearningRate"/>.</summary>
    public RmsPropOptions RmsProp { get; init; } = new() { Smoothing = 0.9 };

    internal bool HasHeatmapLoss => HeatmapWeight != 0 && Network.Heatmaps != HeatmapPlace.None;
}

/// <summary>The class-wise discriminative loss (Yu 2018, equation 4), whose weight falls by epochs.</summary>
public sealed record MtunAdversarialOptions
{
    /// <summary>In the first epoch; 0 for no discriminator.</summary>
    public double Weight { get; init; } = 0.01;

    /// <summary>By what an epoch multiplies the weight.</summary>
    public double Decay { get; init; } = 0.995;

    /// <summary>Iterations of an epoch.</summary>
    public long DecayEvery { get; init; } = MtunRecipe.Epoch;

    /// <summary>The weight falls no further.</summary>
    public double Floor { get; init; } = 0.005;

    /// <summary>See <see cref="MtunDiscriminatorOptions.Width"/>.</summary>
    public int Width { get; init; } = 32;

    internal double At(long iteration) => Math.Max(Math.Min(Weight, Floor), Weight * Math.Pow(Decay, iteration / Math.Max(1, DecayEvery)));
}

/// <summary>The phase before the adversarial loss.</summary>
public sealed record ContentOptions : Schedule
{
    public ContentOptions()
    {
        Iterations = 0;
        Batch = 8;
        LearningRate = new LearningRate { Peak = 1e-3, Warmup = 100, WarmupShares = [0.02, 0.2] };
    }
}
