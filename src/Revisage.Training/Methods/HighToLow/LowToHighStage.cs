using Revisage.Data;
using Revisage.Torch;
using Revisage.Training.Losses;
using Revisage.Training.Runs;
using Revisage.Training.Torch;

namespace Revisage.Training.Methods.HighToLow;

/// <summary>
/// Low-to-High's training (section 3.4): of small faces that a High-to-Low which no longer changes makes on the fly, or that were
/// simply shrunk, it is to make the large ones that they came from.
/// </summary>
internal sealed class LowToHighStage : IDegradingStage
{
    /// <summary>Of the networks in checkpoints.</summary>
    public const string Generator = "low_to_high";

    /// <inheritdoc cref="Generator"/>
    public const string Discriminator = Generator + "_discriminator";

    private readonly LowToHighRecipe recipe;
    private readonly Degrader? degrader;
    private readonly Learner generator;
    private readonly Adversary? adversary;

    /// <param name="degrader">Taken over; null where the loader's small faces serve.</param>
    public LowToHighStage(LowToHighRecipe recipe, Degrader? degrader, Device device)
    {
        (this.recipe, this.degrader) = (recipe, degrader);
        generator = Learner.ByAdam(Generator, new LowToHighGenerator(recipe.Network), recipe, recipe.Adam, device, averaged: true);
        adversary = Adversary.Create(Discriminator, recipe.Adversary, recipe.Data.HighRes, recipe, recipe.Adam, device);
    }

    public Device Device => generator.Network.Device;

    public int BatchesPerStep => recipe.Adversary.BatchesPerStep;

    public IReadOnlyList<TorchNetwork> Networks => [.. generator.Networks, .. adversary is null ? [] : new[] { adversary.Network }];

    public IReadOnlyList<TorchNetwork> Kept => degrader?.Networks ?? [];

    public IReadOnlyList<(string Name, IOptimizer Optimizer)> Optimizers => [generator.NamedOptimizer, .. adversary is null ? [] : new[] { adversary.NamedOptimizer }];

    public int Noise => degrader is null ? 0 : recipe.HighToLow.Network.Noise;

    public LossTerms Step(FaceBatch batch, long iteration)
    {
        var rate = recipe.LearningRate.At(iteration, recipe.Iterations);
        var slices = new BatchSlices(batch, BatchesPerStep, Device);
        return CriticAlternation.Step(
            BatchesPerStep,
            Restore,
            (slice, made) => adversary?.Update(slices.Large(slice), made, rate) ?? new LossTerms(),
            made =>
            {
                var losses = Losses(recipe, adversary, made, slices.Large(BatchesPerStep - 1));
                generator.Update(losses.Total(), rate);
                return losses;
            });

        Tensor Restore(int slice) => generator.Network.Forward(
            degrader?.Of(slices.Large(slice)) ?? slices.Small(slice), new ForwardMode(Training: true, recipe.Precision));
    }

    public IReadOnlyList<Tensor> Infer(IReadOnlyList<Tensor> inputs) =>
        [generator.Shipped.Forward(inputs[0].To(Device), new ForwardMode(Training: false, Precision.Fp32))];

    public Tensor Degrade(Tensor large, Tensor noise) => degrader!.Of(large.To(Device), noise.To(Device), Precision.Fp32);

    public void Dispose()
    {
        generator.Dispose();
        adversary?.Dispose();
        degrader?.Dispose();
    }

    /// <summary>The generator's losses; those without weight are left out.</summary>
    internal static LossTerms Losses(LowToHighRecipe recipe, Adversary? adversary, Tensor made, Tensor truth)
    {
        var losses = new LossTerms();
        if (recipe.PixelWeight > 0)
        {
            losses.Add("pixel", recipe.PixelWeight, PixelLoss.L2(made, truth));
        }

        return adversary is null ? losses : losses.Add("adversarial", adversary.Weight, adversary.Judge(made));
    }
}
