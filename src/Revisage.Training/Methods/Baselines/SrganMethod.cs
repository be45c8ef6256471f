using Revisage.Torch;
using Revisage.Training.Layers;
using Revisage.Training.Losses;
using Revisage.Training.Priors.Features;
using Revisage.Training.Runs;

namespace Revisage.Training.Methods.Baselines;

/// <summary>SRResNet by the mean squared error first, then SRGAN (Ledig 2017, section 3.2).</summary>
public sealed record SrganRecipe : Recipe
{
    public SrganRecipe() => Iterations = 1_000_000;

    public SrganOptions Network { get; init; } = new();

    /// <summary>Adam's constants; the rates follow <see cref="Recipe.LearningRate"/> and <see cref="Schedule.LearningRate"/> of the second phase.</summary>
    public AdamOptions Adam { get; init; } = new();

    /// <summary>The second phase.</summary>
    public SrganAdversarialOptions Adversarial { get; init; } = new();

    /// <summary>
    /// What the second phase compares faces by: VGG-19's relu5_4, its maps divided by 12.75 (section 3.2), which gives the squared error
    /// a weight of 0.00615.
    /// </summary>
    public PerceptualOptions Perceptual { get; init; } = new() { Depth = 19, Layers = ["relu5_4"], Weight = 1 / (12.75 * 12.75), FaceFeaturesScale = 109, Resnet18Scale = 0.016 };
}

/// <summary>SRGAN's second phase: against a discriminator, at a rate that falls to a tenth half-way (section 3.2).</summary>
public sealed record SrganAdversarialOptions : Schedule
{
    public SrganAdversarialOptions() => (Iterations, LearningRate) = (200_000, new LearningRate { Milestones = [100_000], Factor = 0.1 });

    /// <summary>Of the adversarial loss (equation 3).</summary>
    public double Weight { get; init; } = 1e-3;

    /// <summary>Of the mean squared error, which the paper leaves out here.</summary>
    public double Pixel { get; init; }

    /// <summary>Of the discriminator's first convolution: <see cref="SrganDiscriminatorOptions.Channels"/>.</summary>
    public int Channels { get; init; } = new SrganDiscriminatorOptions().Channels;
}

/// <summary>
/// The phases "content", which leaves SRResNet, faithful and smooth, and "adversarial", which makes it SRGAN, sharp and less
/// faithful.
/// </summary>
/// <remarks>
/// Differs from the paper: small faces come in the range of large ones, and whole ones in the place of crops of 96 pixels. Its MSE
/// variant (section 3.3) is <c>perceptual.weight=0</c> and <c>adversarial.pixel=1</c>.
/// </remarks>
public sealed class SrganMethod : Method
{
    // Four convolutions of the discriminator halve the face.
    private const int Multiple = 16;

    public override string Id => "srgan";

    public override string Citation =>
        "Ledig et al.: Photo-Realistic Single Image Super-Resolution Using a Generative Adversarial Network. CVPR 2017.";

    public override Type RecipeType => typeof(SrganRecipe);

    public override string ShippedWeights => "generator.average";

    public override IReadOnlyList<string> Priors(Recipe recipe) => PerceptualFeatures.PriorsOf(((SrganRecipe)recipe).Perceptual);

    public override IReadOnlyList<TrainingPhase> Phases(Recipe recipe)
    {
        var own = (SrganRecipe)recipe;
        return
        [
            new("content", own.Schedule, own.Data, setting => PixelStage.Create(own, ShippedNetwork(own), own.Adam, setting.Device)),
            new("adversarial", own.Adversarial, own.Data, setting => Adversarial(own, setting)),
        ];
    }

    public override IValidation CreateValidation(Recipe recipe, ValidationFaces faces) => new SuperResolutionValidation(faces, recipe);

    public override void Check(Recipe recipe)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        SuperResolution.CheckSizes(recipe, this);
        var own = (SrganRecipe)recipe;
        if (own.Adversarial.Weight != 0 && own.Data.HighRes % Multiple != 0)
        {
            throw new RevisageException($"srgan's discriminator halves the face four times, but data.high_res is {own.Data.HighRes}. Take a multiple of {Multiple}, or set adversarial.weight=0.");
        }

        if (own.Adversarial is { Weight: 0, Pixel: 0 } && own.Perceptual.WeightInUse == 0)
        {
            throw new RevisageException("srgan's second phase has no loss left. Give adversarial.weight, adversarial.pixel or perceptual.weight a value above 0.");
        }
    }

    public override Block ShippedNetwork(Recipe recipe) => new SrganGenerator(((SrganRecipe)recipe).Network);

    private AdversarialStage Adversarial(SrganRecipe recipe, TrainingSetting setting)
    {
        var options = recipe.Adversarial;
        var features = PerceptualFeatures.Open(recipe.Perceptual, recipe.Data.Range, setting);
        var judge = new SrganDiscriminatorOptions { Side = recipe.Data.HighRes, Channels = options.Channels };
        return new AdversarialStage(
            Learner.ByAdam("generator", ShippedNetwork(recipe), recipe, recipe.Adam, setting.Device, averaged: true),
            options.Weight == 0 ? null : Learner.ByAdam("discriminator", new SrganDiscriminator(judge), recipe, recipe.Adam, setting.Device, averaged: false),
            options.Weight,
            options,
            recipe.Precision,
            (sr, hr) =>
            {
                var losses = new LossTerms();
                if (options.Pixel != 0)
                {
                    losses.Add("pixel", options.Pixel, PixelLoss.L2(sr, hr));
                }

                return features is null ? losses : losses.Add(features.Name, recipe.Perceptual.WeightInUse, features.Loss(sr, hr, recipe.Precision));
            },
            features);
    }
}
