using Revisage.Torch;
using Revisage.Training.Layers;
using Revisage.Training.Losses;
using Revisage.Training.Methods.Mtun;
using Revisage.Training.Runs;
using Revisage.Training.Torch;

namespace Revisage.Training.Methods.Baselines;

/// <summary>RMSprop on the mean squared error and against a discriminator; the values are those of the authors' code.</summary>
public sealed record UrdgnRecipe : Recipe
{
    public UrdgnRecipe() => (Batch, LearningRate) = (128, new LearningRate { Peak = 1e-3, Warmup = 30 });

    public UrdgnOptions Network { get; init; } = new();

    /// <summary>Weight of the adversarial loss; the pixels have 1.</summary>
    public double Adversarial { get; init; } = 0.01;

    /// <summary>Of the discriminator: <see cref="MtunDiscriminatorOptions.Width"/>.</summary>
    public int DiscriminatorWidth { get; init; } = new MtunDiscriminatorOptions().Width;

    /// <summary>RMSprop's constants; the rate follows <see cref="Recipe.LearningRate"/>.</summary>
    public RmsPropOptions RmsProp { get; init; } = new() { Smoothing = 0.9 };
}

/// <summary>The first adversarial network that enlarges faces eight times.</summary>
/// <remarks>
/// Differs from the authors' code: the discriminator sees a whole batch of true faces and the faces made of the same, not
/// half of each; both networks learn at every step, however well the discriminator tells; the rate rises over 30 steps
/// without that code's stairs.
/// </remarks>
public sealed class UrdgnMethod : Method
{
    // The discriminator pools the face four times.
    private const int Multiple = 16;

    public override string Id => "urdgn";

    public override string Citation => "Yu, Porikli: Ultra-Resolving Face Images by Discriminative Generative Networks. ECCV 2016.";

    public override Type RecipeType => typeof(UrdgnRecipe);

    public override string ShippedWeights => "generator.average";

    public override IReadOnlyList<TrainingPhase> Phases(Recipe recipe) => TrainingPhase.Only(recipe, setting => CreateStage((UrdgnRecipe)recipe, setting.Device));

    public override IValidation CreateValidation(Recipe recipe, ValidationFaces faces) => new SuperResolutionValidation(faces, recipe);

    public override void Check(Recipe recipe)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        SuperResolution.CheckSizes(recipe, this);
        if (((UrdgnRecipe)recipe).Adversarial != 0 && recipe.Data.HighRes % Multiple != 0)
        {
            throw new RevisageException($"urdgn's discriminator halves the face four times, but data.high_res is {recipe.Data.HighRes}. Take a multiple of {Multiple}, or set adversarial=0.");
        }
    }

    public override Block ShippedNetwork(Recipe recipe) => new UrdgnGenerator(((UrdgnRecipe)recipe).Network);

    private AdversarialStage CreateStage(UrdgnRecipe recipe, Device device)
    {
        var judge = new MtunDiscriminatorOptions { Side = recipe.Data.HighRes, Width = recipe.DiscriminatorWidth };
        return new AdversarialStage(
            ByRmsProp("generator", ShippedNetwork(recipe), recipe.AverageDecay),
            recipe.Adversarial == 0 ? null : ByRmsProp("discriminator", new MtunDiscriminator(judge), null),
            recipe.Adversarial,
            recipe.Schedule,
            recipe.Precision,
            (sr, hr) => new LossTerms().Add("pixel", 1, PixelLoss.L2(sr, hr)));

        Learner ByRmsProp(string name, Block block, double? averageDecay) => new(
            new TorchNetwork(name, block, recipe.Seed, device),
            parameters => new RmsProp(parameters, recipe.RmsProp) { LearningRate = recipe.LearningRate.Peak },
            averageDecay);
    }
}
