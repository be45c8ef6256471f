using Revisage.Torch;
using Revisage.Training.Layers;
using Revisage.Training.Losses;
using Revisage.Training.Runs;
using Revisage.Training.Torch;

namespace Revisage.Training.Methods.RevisageNet;

/// <summary>Adam on the L1 distance, then on the L2 distance, which is what PSNR measures. The keys at the top are the first phase's.</summary>
public sealed record RevisageRecipe : Recipe
{
    public RevisageOptions Network { get; init; } = new();

    /// <summary>Adam's constants in both phases.</summary>
    public AdamOptions Adam { get; init; } = new();

    public FinishOptions Finish { get; init; } = new();
}

/// <summary>The phase on the L2 distance, at the small rates of the first one's end; with 0 iterations there is none.</summary>
public sealed record FinishOptions : Schedule
{
    public FinishOptions() => (Iterations, LearningRate) = (0, new LearningRate { CosineFloor = 0 });
}

/// <summary>The sixth method, this project's own.</summary>
public sealed class RevisageMethod : Method
{
    public override string Id => "revisage";

    public override string Citation => "Revisage: face super-resolution for .NET, 2026.";

    public override Type RecipeType => typeof(RevisageRecipe);

    public override string ShippedWeights => "generator.average";

    public override IReadOnlyList<TrainingPhase> Phases(Recipe recipe)
    {
        var revisage = (RevisageRecipe)recipe;
        return
        [
            new TrainingPhase("content", revisage.Schedule, recipe.Data, setting => CreateStage(revisage, revisage.Schedule, PixelLoss.L1, setting)),
            .. revisage.Finish.Iterations > 0
                ? [new TrainingPhase("finish", revisage.Finish, recipe.Data, setting => CreateStage(revisage, revisage.Finish, PixelLoss.L2, setting)) { KeepsOptimizers = true }]
                : Array.Empty<TrainingPhase>(),
        ];
    }

    public override IValidation CreateValidation(Recipe recipe, ValidationFaces faces) => new SuperResolutionValidation(faces, recipe);

    public override void Check(Recipe recipe)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        var (small, large) = (recipe.Data.LowRes, recipe.Data.HighRes);
        if (!int.IsPow2(small) || small < RevisageOptions.TrunkSide || !int.IsPow2(large) || large <= small)
        {
            throw new RevisageException(
                $"The network works at {RevisageOptions.TrunkSide} pixels and doubles them, but data.low_res is {small} and data.high_res {large}. Set both to 16, 32, 64 and so on, the second larger.");
        }

        SuperResolution.CheckSizes(recipe, this);
    }

    public override Block ShippedNetwork(Recipe recipe) => new RevisageNetwork(((RevisageRecipe)recipe).Network, recipe.Data.LowRes, recipe.Data.HighRes);

    private SupervisedStage CreateStage(RevisageRecipe recipe, Schedule schedule, Func<Tensor, Tensor, Tensor> distance, TrainingSetting setting) => new(
        "generator", ShippedNetwork(recipe), recipe, recipe.Adam, setting.Device,
        (generator, batch, mode) => new LossTerms().Add("pixel", 1, distance(generator.Forward(batch.LowResTensor(generator.Device), mode), batch.HighResTensor(generator.Device))),
        schedule: schedule);
}
