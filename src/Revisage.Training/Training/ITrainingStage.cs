using Revisage.Torch;
using Revisage.Training.Data;
using Revisage.Training.Losses;
using Revisage.Training.Torch;

namespace Revisage.Training.Training;

/// <summary>
/// One phase of a method's training: owns its networks and optimisers, and knows what one step is. A GAN's
/// alternation lives here, because it belongs to the paper.
/// </summary>
public interface ITrainingStage : IDisposable
{
    /// <summary>Where it computes.</summary>
    Device Device { get; }

    /// <summary>Iterations of the whole stage.</summary>
    long Iterations { get; }

    /// <summary>Everything with weights, averages included: what a checkpoint saves.</summary>
    IReadOnlyList<TorchNetwork> Networks { get; }

    IReadOnlyList<(string Name, IOptimizer Optimizer)> Optimizers { get; }

    /// <summary>One update from one batch. The caller has opened a tensor scope.</summary>
    /// <param name="iteration">From 0; the learning rate follows from it.</param>
    LossTerms Step(FaceBatch batch, long iteration);

    /// <summary>What the network that would be shipped now makes of its input, both in the recipe's range.</summary>
    /// <param name="input">[N, 3, h, w]: small faces for a super-resolver, faces for the networks that look at them.</param>
    Tensor Infer(Tensor input);
}
