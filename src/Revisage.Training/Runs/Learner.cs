using Revisage.Torch;
using Revisage.Training.Layers;
using Revisage.Training.Torch;

namespace Revisage.Training.Runs;

/// <summary>
/// One network in training with its optimiser and, where it is to ship, the moving average of its weights. Stages are
/// made of these: a GAN has one for the generator and one for each critic.
/// </summary>
public sealed class Learner : IDisposable
{
    private readonly MovingAverage? average;

    /// <param name="network">Taken over, as the optimiser is.</param>
    /// <param name="averageDecay">Of the moving average of the weights, <c>NAME.average</c>; null for none.</param>
    public Learner(TorchNetwork network, Func<IReadOnlyList<Tensor>, IOptimizer> optimizer, double? averageDecay = null)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(optimizer);
        Network = network;
        Optimizer = optimizer(network.Parameters);
        average = averageDecay is { } decay ? new MovingAverage(network, decay) : null;
    }

    /// <summary>What learns.</summary>
    public TorchNetwork Network { get; }

    /// <summary>What is validated and shipped.</summary>
    public TorchNetwork Shipped => average?.Network ?? Network;

    public IOptimizer Optimizer { get; }

    /// <summary>For <see cref="ITrainingStage.Networks"/>.</summary>
    public IEnumerable<TorchNetwork> Networks => average is null ? [Network] : [Network, average.Network];

    /// <summary>For <see cref="ITrainingStage.Optimizers"/>: <c>NAME.optimizer</c>.</summary>
    public (string Name, IOptimizer Optimizer) NamedOptimizer => ($"{Network.Name}.optimizer", Optimizer);

    /// <summary>By Adam, from the recipe's seed.</summary>
    /// <param name="name">In checkpoints.</param>
    /// <param name="averaged">Whether the recipe's average of its weights is kept.</param>
    public static Learner ByAdam(string name, Block block, Recipe recipe, AdamOptions adam, Device device, bool averaged)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        return new Learner(new TorchNetwork(name, block, recipe.Seed, device), parameters => new Adam(parameters, adam) { LearningRate = recipe.LearningRate.Peak }, averaged ? recipe.AverageDecay : null);
    }

    /// <summary>One step down the gradient of <paramref name="loss"/>, on which every parameter must have a part.</summary>
    public void Update(Tensor loss, double rate) => Update(Autograd.Gradients(loss, Network.Parameters), rate);

    /// <param name="gradients">One a parameter, of a loss that several networks share.</param>
    /// <inheritdoc cref="Update(Tensor, double)"/>
    public void Update(IReadOnlyList<Tensor> gradients, double rate)
    {
        Optimizer.LearningRate = rate;
        Optimizer.Step(gradients);
        average?.Update();
    }

    public void Dispose()
    {
        Optimizer.Dispose();
        average?.Dispose();
        Network.Dispose();
    }
}
