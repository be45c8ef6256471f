using Revisage.Data;
using Revisage.Torch;
using Revisage.Training.Layers;
using Revisage.Training.Losses;
using Revisage.Training.Torch;

namespace Revisage.Training.Runs;

/// <summary>
/// One network, one loss, one Adam step a batch: the phase that every method begins with, and the whole of many. The
/// moving average of the weights is what is validated and shipped.
/// </summary>
public sealed class SupervisedStage : ITrainingStage
{
    private readonly Func<TorchNetwork, FaceBatch, ForwardMode, LossTerms> loss;
    private readonly Func<TorchNetwork, IReadOnlyList<Tensor>, ForwardMode, IReadOnlyList<Tensor>> infer;
    private readonly Recipe recipe;
    private readonly Schedule schedule;
    private readonly IDisposable? owned;
    private readonly Learner learner;

    /// <param name="name">Of the network in checkpoints; its average's is <c>NAME.average</c>.</param>
    /// <param name="loss">From the network and a batch to what is differentiated.</param>
    /// <param name="infer">What the shipped part of the network makes of its inputs; null for its forward pass.</param>
    /// <param name="owned">What the loss looks through, to be disposed with the stage.</param>
    /// <param name="schedule">The phase's; null for the recipe's own.</param>
    public SupervisedStage(
        string name,
        Block block,
        Recipe recipe,
        AdamOptions adam,
        Device device,
        Func<TorchNetwork, FaceBatch, ForwardMode, LossTerms> loss,
        Func<TorchNetwork, IReadOnlyList<Tensor>, ForwardMode, IReadOnlyList<Tensor>>? infer = null,
        IDisposable? owned = null,
        Schedule? schedule = null)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        this.recipe = recipe;
        this.schedule = schedule ?? recipe.Schedule;
        this.loss = loss;
        this.owned = owned;
        this.infer = infer ?? ((network, inputs, mode) => network.Forward(inputs, mode));
        learner = Learner.ByAdam(name, block, recipe, adam, device, averaged: true);
    }

    public Device Device => learner.Network.Device;

    public IReadOnlyList<TorchNetwork> Networks => [.. learner.Networks];

    public IReadOnlyList<(string Name, IOptimizer Optimizer)> Optimizers => [learner.NamedOptimizer];

    public LossTerms Step(FaceBatch batch, long iteration)
    {
        var losses = loss(learner.Network, batch, new ForwardMode(Training: true, recipe.Precision));
        learner.Update(losses.Total(), schedule.LearningRate.At(iteration, schedule.Iterations));
        return losses;
    }

    public IReadOnlyList<Tensor> Infer(IReadOnlyList<Tensor> inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        return infer(learner.Shipped, [.. inputs.Select(input => input.To(Device))], new ForwardMode(Training: false, Precision.Fp32));
    }

    public void Dispose()
    {
        learner.Dispose();
        owned?.Dispose();
    }
}
