using Revisage.Torch;
using Revisage.Training.Layers;
using Revisage.Training.Losses;
using Revisage.Training.Runs;
using Revisage.Training.Torch;

namespace Revisage.Training.Methods.Edsr;

/// <summary>Adam on the L1 distance (Lim 2017, section 4.2).</summary>
public sealed record EdsrRecipe : Recipe
{
    public EdsrOptions Network { get; init; } = new();

    /// <summary>Adam's constants; the rate follows <see cref="Recipe.LearningRate"/>.</summary>
    public AdamOptions Adam { get; init; } = new();
}

/// <summary>The baseline of the field, and the generator inside GWAInet.</summary>
public sealed class EdsrMethod : Method
{
    public override string Id => "edsr";

    public override string Citation =>
        "Lim, Son, Kim, Nah, Lee: Enhanced Deep Residual Networks for Single Image Super-Resolution. CVPR Workshops 2017.";

    public override Type RecipeType => typeof(EdsrRecipe);

    public override string ShippedWeights => "generator.average";

    public override IReadOnlyList<TrainingPhase> Phases(Recipe recipe) => TrainingPhase.Only(recipe, setting => CreateStage(recipe, setting.Device));

    private ITrainingStage CreateStage(Recipe recipe, Device device) =>
        new SupervisedStage("generator", ShippedNetwork(recipe), recipe, ((EdsrRecipe)recipe).Adam, device, (generator, batch, mode) =>
            new LossTerms().Add("pixel", 1, PixelLoss.L1(generator.Forward(batch.LowResTensor(generator.Device), mode), batch.HighResTensor(generator.Device))));

    public override IValidation CreateValidation(Recipe recipe, ValidationFaces faces) => new SuperResolutionValidation(faces, recipe);

    public override void Check(Recipe recipe) => SuperResolution.CheckSizes(recipe, this);

    public override Block ShippedNetwork(Recipe recipe) => new EdsrNetwork(((EdsrRecipe)recipe).Network);
}
