using Revisage.Torch;
using Revisage.Training.Data;
using Revisage.Training.Layers;
using Revisage.Training.Losses;
using Revisage.Training.Torch;

namespace Revisage.Training.Training;

/// <summary>
/// One network, one loss, one Adam step a batch: the phase that every method begins with, and the whole of many. The
/// moving average of the weights is what is validated and shipped.
/// </summary>
public sealed class SupervisedStage : ITrainingStage
{
    private readonly Recipe recipe;
    private readonly Func<TorchNetwork, FaceBatch, ForwardMode, LossTerms> loss;
    private readonly Func<TorchNetwork, Tensor, ForwardMode, Tensor> infer;
    private readonly IDisposable? owned;
    private readonly TorchNetwork network;
    private readonly MovingAverage average;
    private readonly Adam adam;

    /// <param name="name">Of the network in checkpoints; its average's is <c>NAME.average</c>.</param>
    /// <param name="loss">From the network and a batch to what is differentiated.</param>
    /// <param name="owned">What the loss looks through, to be disposed with the stage.</param>
    /// <param name="infer">What the shipped part of the network makes of an input; null for its forward pass.</param>
    public SupervisedStage(
        string name,
        Block block,
        Recipe recipe,
        AdamOptions adam,
        Device device,
        Func<TorchNetwork, FaceBatch, ForwardMode, LossTerms> loss,
        Func<TorchNetwork, Tensor, ForwardMode, Tensor>? infer = null,
        IDisposable? owned = null)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        this.recipe = recipe;
        this.loss = loss;
        this.owned = owned;
        this.infer = infer ?? ((network, input, mode) => network.Forward(input, mode));
        network = new TorchNetwork(name, block, recipe.Seed, device);
        average = new MovingAverage(network, recipe.AverageDecay);
        this.adam = new Adam(network.Parameters, adam) { LearningRate = recipe.LearningRate.Peak };
    }

    public Device Device => network.Device;

    public long Iterations => recipe.Iterations;

    public IReadOnlyList<TorchNetwork> Networks => [network, average.Network];

    public IReadOnlyList<(string Name, IOptimizer Optimizer)> Optimizers => [("adam", adam)];

    public LossTerms Step(FaceBatch batch, long iteration)
    {
        var losses = loss(network, batch, new ForwardMode(Training: true, recipe.Precision));
        adam.LearningRate = recipe.LearningRate.At(iteration, recipe.Iterations);
        adam.Step(Autograd.Gradients(losses.Total(), network.Parameters));
        average.Update(iteration + 1);
        return losses;
    }

    public Tensor Infer(Tensor input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return infer(average.Network, input.To(Device), new ForwardMode(Training: false, Precision.Fp32));
    }

    public void Dispose()
    {
        adam.Dispose();
        average.Dispose();
        network.Dispose();
        owned?.Dispose();
    }
}
