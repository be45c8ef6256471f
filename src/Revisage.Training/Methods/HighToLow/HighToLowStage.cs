using Revisage.Data;
using Revisage.Torch;
using Revisage.Training.Losses;
using Revisage.Training.Runs;
using Revisage.Training.Torch;

namespace Revisage.Training.Methods.HighToLow;

/// <summary>
/// High-to-Low's training (section 3.3): its small faces are to look like the large ones averaged, and, to the discriminator,
/// like real poor ones of other people. The noise is LibTorch's, another for every face.
/// </summary>
internal sealed class HighToLowStage : ITrainingStage
{
    /// <summary>Of the networks in checkpoints, of this training and of those that it is a phase of.</summary>
    public const string Generator = "high_to_low";

    /// <inheritdoc cref="Generator"/>
    public const string Shipped = Generator + ".average";

    /// <inheritdoc cref="Generator"/>
    public const string Discriminator = Generator + "_discriminator";

    private readonly HighToLowRecipe recipe;
    private readonly Learner generator;
    private readonly Adversary? adversary;

    public HighToLowStage(HighToLowRecipe recipe, Device device)
    {
        this.recipe = recipe;
        generator = Learner.ByAdam(Generator, new HighToLowGenerator(recipe.Network), recipe, recipe.Adam, device, averaged: true);
        adversary = Adversary.Create(Discriminator, recipe.Adversary, recipe.Data.LowRes, recipe, recipe.Adam, device);
    }

    public Device Device => generator.Network.Device;

    public int BatchesPerStep => recipe.Adversary.BatchesPerStep;

    public IReadOnlyList<TorchNetwork> Networks => [.. generator.Networks, .. adversary is null ? [] : new[] { adversary.Network }];

    public IReadOnlyList<(string Name, IOptimizer Optimizer)> Optimizers => [generator.NamedOptimizer, .. adversary is null ? [] : new[] { adversary.NamedOptimizer }];

    public LossTerms Step(FaceBatch batch, long iteration)
    {
        var rate = recipe.LearningRate.At(iteration, recipe.Iterations);
        var slices = new BatchSlices(batch, BatchesPerStep, Device);
        return CriticAlternation.Step(
            BatchesPerStep,
            slice => Degrade(generator.Network, slices.Large(slice)),
            (slice, small) => adversary?.Update(slices.Poor(slice), small, rate) ?? new LossTerms(),
            small =>
            {
                var losses = Losses(recipe, adversary, small, slices.Large(BatchesPerStep - 1));
                generator.Update(losses.Total(), rate);
                return losses;
            });
    }

    public IReadOnlyList<Tensor> Infer(IReadOnlyList<Tensor> inputs) =>
        generator.Shipped.Forward([.. inputs.Select(input => input.To(Device))], new ForwardMode(Training: false, Precision.Fp32));

    public void Dispose()
    {
        generator.Dispose();
        adversary?.Dispose();
    }

    /// <summary>The generator's losses; those without weight are left out.</summary>
    /// <param name="small">[N, 3, h, w], made of <paramref name="large"/>.</param>
    /// <param name="beside">To which they are added, with <paramref name="prefix"/> before their names; null for none.</param>
    internal static LossTerms Losses(HighToLowRecipe recipe, Adversary? adversary, Tensor small, Tensor large, LossTerms? beside = null, string prefix = "")
    {
        var losses = beside ?? new LossTerms();
        if (recipe.PixelWeight > 0)
        {
            losses.Add(prefix + "pixel", recipe.PixelWeight, PooledPixelLoss.Of(small, large, recipe.Network.Factor));
        }

        return adversary is null ? losses : losses.Add(prefix + "adversarial", adversary.Weight, adversary.Judge(small));
    }

    private Tensor Degrade(TorchNetwork network, Tensor large) =>
        network.Forward([large, Degrader.Noise(large.Shape[0], recipe.Network.Noise, Device)], new ForwardMode(Training: true, recipe.Precision))[0];
}

/// <summary>The batches of one step: one for each update of a discriminator, the last also for the generator.</summary>
internal sealed class BatchSlices
{
    private readonly long size;
    private readonly Tensor large;
    private readonly Tensor? small;
    private readonly Tensor? poor;

    public BatchSlices(FaceBatch batch, int count, Device device)
    {
        size = batch.Size / count;
        large = batch.HighResTensor(device);
        small = batch.LowRes.Length > 0 ? batch.LowResTensor(device) : null;
        poor = batch.Poor.Length > 0 ? batch.PoorTensor(device) : null;
    }

    public Tensor Large(int slice) => large.Narrow(0, slice * size, size);

    /// <summary>The loader's.</summary>
    public Tensor Small(int slice) => small!.Narrow(0, slice * size, size);

    public Tensor Poor(int slice) => poor!.Narrow(0, slice * size, size);
}
