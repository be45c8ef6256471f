using Revisage.Data;
using Revisage.Data.Augmentation;
using Revisage.Degradations;
using Revisage.Imaging;
using Revisage.Torch;
using Revisage.Training.Priors.Features;
using Revisage.Training.Runs;

namespace Revisage.Training.Methods.Progressive;

/// <summary>
/// How the progressive method is trained; the defaults are those of the authors' code (Kim 2019), which the paper leaves out. The
/// keys at the top are those of the first step.
/// </summary>
public sealed record ProgressiveRecipe : Recipe
{
    public ProgressiveRecipe()
    {
        Iterations = 50_000;
        LearningRate = new LearningRate { Peak = 1e-3 };
        AverageDecay = 0;
        Data = new DataOptions
        {
            Augmentation = new AugmentationOptions { Flip = 0 },
            Degradation = new DegradationOptions { Shrink = ShrinkMethod.BilinearChain },
        };
    }

    public ProgressiveOptions Network { get; init; } = new();

    /// <summary>The critic's width, which no shipped network has.</summary>
    public ProgressiveOptions Critic { get; init; } = new();

    /// <summary>Whether the network grows; otherwise all of it trains from the start, by <see cref="Step3"/>'s schedule.</summary>
    public bool Progressive { get; init; } = true;

    /// <summary>To faces of four times the small one's side.</summary>
    public FadedSchedule Step2 { get; init; } = new() { Iterations = 50_000, LearningRate = new LearningRate { Peak = 1e-3 }, FadeIn = 0.5 };

    /// <summary>To faces of eight times the small one's side, the whole network.</summary>
    public FadedSchedule Step3 { get; init; } = new() { Iterations = 100_000, LearningRate = new LearningRate { Peak = 1e-3 }, FadeIn = 0.25 };

    public StepWeights Weights { get; init; } = new();

    /// <summary>How the pixel loss measures: L1 in the authors' code, L2 in the paper's equation 2.</summary>
    public PixelNorm Pixel { get; init; }

    /// <summary>Four layers of VGG-16, fed [0, 1] as it is. Its weight multiplies <see cref="StepWeights.Perceptual"/>.</summary>
    public PerceptualOptions Perceptual { get; init; } = new() { Layers = ["relu1_2", "relu2_2", "relu3_3", "relu4_3"], Input = VggInput.Unit, FaceFeaturesScale = 800, Resnet18Scale = 0.7 };

    public AlignmentOptions Alignment { get; init; } = new();

    /// <summary>Weight of the critic's gradient penalty.</summary>
    public double Penalty { get; init; } = 10;

    /// <summary>Adam's constants, of both networks; the rate follows each step's schedule.</summary>
    public AdamOptions Adam { get; init; } = new() { Beta1 = 0, Beta2 = 0.99 };

    internal Schedule ScheduleOf(int step) => step switch { 1 => Schedule, 2 => Step2, _ => Step3 };

    internal double FadeInOf(int step) => !Progressive || step == 1 ? 0 : step == 2 ? Step2.FadeIn : Step3.FadeIn;

    /// <summary>The faces of a step: its own size for the large ones, and the small ones that there will be in the end.</summary>
    internal DataOptions DataOf(int step) =>
        step == ProgressiveGenerator.Steps ? Data : Data with { HighRes = Data.LowRes << step, FullRes = Data.CutSide };
}

/// <summary>A step that fades in.</summary>
public sealed record FadedSchedule : Schedule
{
    /// <summary>The share of its iterations in which it goes from nothing to all of the face.</summary>
    public double FadeIn { get; init; }
}

/// <summary>
/// The weights of the generator's losses (Kim 2019, equation 6; the numbers are the authors' code's), each in the three steps. One of 0 is not
/// computed.
/// </summary>
public sealed record StepWeights
{
    public IReadOnlyList<double> Pixel { get; init; } = [10, 10, 10];

    /// <summary>Where it is 0, no critic is trained.</summary>
    public IReadOnlyList<double> Adversarial { get; init; } = [1, 1, 0.1];

    public IReadOnlyList<double> Perceptual { get; init; } = [0.01, 0.01, 0.001];

    public IReadOnlyList<double> Attention { get; init; } = [0, 500, 50];

    public IReadOnlyList<double> Heatmap { get; init; } = [0, 50, 50];

    internal IEnumerable<(string Key, IReadOnlyList<double> Weights)> All =>
        [("pixel", Pixel), ("adversarial", Adversarial), ("perceptual", Perceptual), ("attention", Attention), ("heatmap", Heatmap)];
}

/// <summary>How pixels are compared.</summary>
public enum PixelNorm
{
    L1,
    L2,
}

/// <summary>The landmark network that weighs the losses.</summary>
public sealed record AlignmentOptions
{
    /// <summary>
    /// An installed model, or an .onnx file: <c>distilled-fan</c>, or the original, which
    /// <c>revisage import 2DFAN4.pth --method fan</c> makes of its published weights.
    /// </summary>
    public string Model { get; init; } = "distilled-fan";

    /// <summary>
    /// Larger faces are averaged to so many pixels before the distilled network sees them, which was taught at 64; 0 to leave all as they
    /// are. The original network has a size of its own.
    /// </summary>
    public int Side { get; init; }

    /// <summary>Whether it normalises by each batch's statistics, as in the authors' code.</summary>
    public bool BatchStatistics { get; init; }
}
