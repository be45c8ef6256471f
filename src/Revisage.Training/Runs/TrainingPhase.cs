using Revisage.Data;

namespace Revisage.Training.Runs;

/// <summary>How long a phase trains, on how much at a time, and how fast.</summary>
public record Schedule
{
    /// <summary>Updates of the generator.</summary>
    public long Iterations { get; init; } = 100_000;

    /// <summary>Images an update.</summary>
    public int Batch { get; init; } = 16;

    public LearningRate LearningRate { get; init; } = new();

    /// <summary>Ends the phase after so many validations without a better score; 0 for never.</summary>
    public int Patience { get; init; }
}

/// <summary>
/// A stretch of a method's training with its own losses, data and rates. It begins with the weights that the phase
/// before it left, network by network of the same name.
/// </summary>
/// <param name="Name">In lower case: logs have it, and the run folder's NAME.safetensors, which the next phase begins with.</param>
/// <param name="Data">What its networks are fed and compared with.</param>
/// <param name="Create">Its networks, ready for the first step; the caller disposes the stage.</param>
public sealed record TrainingPhase(string Name, Schedule Schedule, DataOptions Data, Func<TrainingSetting, ITrainingStage> Create)
{
    internal const string OnlyName = "train";

    /// <summary>The whole training of a method that has one phase.</summary>
    /// <inheritdoc cref="TrainingPhase(string, Schedule, DataOptions, Func{TrainingSetting, ITrainingStage})"/>
    public static IReadOnlyList<TrainingPhase> Only(Recipe recipe, Func<TrainingSetting, ITrainingStage> create)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        return [new TrainingPhase(OnlyName, recipe.Schedule, recipe.Data, create)];
    }

    /// <summary>What it is measured by, where that is not the method's own validation.</summary>
    public Func<ValidationFaces, IValidation>? Validation { get; init; }

    /// <summary>Whether the next phase begins with the best state by validation, or with the last one.</summary>
    public bool HandsOverBest { get; init; }

    /// <summary>Whether optimisers of the same name go on as the phase before left them; otherwise they start anew.</summary>
    public bool KeepsOptimizers { get; init; }
}
