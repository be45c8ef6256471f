using Revisage.Data;
using Revisage.Restoration;
using Revisage.Torch;
using Revisage.Training.Losses;
using Revisage.Training.Torch;

namespace Revisage.Training.Runs;

/// <summary>
/// What trains during one phase of a method: owns its networks and optimisers, and knows what one step is. A GAN's
/// alternation lives here, because it belongs to the paper.
/// </summary>
public interface ITrainingStage : IDisposable
{
    /// <summary>Where it computes.</summary>
    Device Device { get; }

    /// <summary>How many of the phase's batches one step takes: as many as it updates its critic.</summary>
    int BatchesPerStep => 1;

    /// <summary>Everything with weights that are learned, averages included: what a checkpoint saves.</summary>
    IReadOnlyList<TorchNetwork> Networks { get; }

    /// <summary>What it looks through or hands on as it got it: checkpoints hold these too.</summary>
    IReadOnlyList<TorchNetwork> Kept => [];

    IReadOnlyList<(string Name, IOptimizer Optimizer)> Optimizers { get; }

    /// <summary>One update, with a GAN one of the generator and those of its critic. The caller has opened a tensor scope.</summary>
    /// <param name="batch">Of <see cref="BatchesPerStep"/> times the phase's batch.</param>
    /// <param name="iteration">From 0 in each phase; the learning rate follows from it.</param>
    LossTerms Step(FaceBatch batch, long iteration);

    /// <summary>What the network that would be shipped now makes of its inputs, all in the recipe's range.</summary>
    /// <param name="inputs">As <see cref="Methods.Method.Inputs"/> lists them, with N in front.</param>
    /// <returns>As <see cref="Methods.Method.Outputs"/> lists them; a phase that trains something else gives that.</returns>
    IReadOnlyList<Tensor> Infer(IReadOnlyList<Tensor> inputs);
}

/// <summary>For networks with one input and one output.</summary>
public static class TrainingStages
{
    /// <param name="input">[N, 3, h, w]: small faces for a super-resolver, faces for the networks that look at them.</param>
    public static Tensor Infer(this ITrainingStage stage, Tensor input)
    {
        ArgumentNullException.ThrowIfNull(stage);
        return stage.Infer([input])[0];
    }
}

/// <summary>Where a stage computes, and where the shipped networks lie that its losses look through.</summary>
public sealed record TrainingSetting(Device Device, ModelStore Models);
