using Revisage.Data;
using Revisage.Torch;
using Revisage.Training.Losses;
using Revisage.Training.Runs;
using Revisage.Training.Torch;

namespace Revisage.Training.Methods.HighToLow;

/// <summary>
/// The fine-tuning of both together (section 3.6): each has its own discriminator and its own losses, and those of
/// Low-to-High also reach High-to-Low through the small faces.
/// </summary>
internal sealed class JointStage : IDegradingStage
{
    // Of High-to-Low's losses in logs.
    private const string SmallPrefix = "degraded_";

    private readonly LowToHighRecipe recipe;
    private readonly HighToLowRecipe degrading;
    private readonly Learner down;
    private readonly Learner up;
    private readonly Adversary? ofSmall;
    private readonly Adversary? ofLarge;

    /// <param name="degrading">High-to-Low's side of <paramref name="recipe"/>.</param>
    public JointStage(LowToHighRecipe recipe, HighToLowRecipe degrading, Device device)
    {
        (this.recipe, this.degrading) = (recipe, degrading);
        down = Learner.ByAdam(HighToLowStage.Generator, new HighToLowGenerator(degrading.Network), recipe, recipe.Adam, device, averaged: true);
        up = Learner.ByAdam(LowToHighStage.Generator, new LowToHighGenerator(recipe.Network), recipe, recipe.Adam, device, averaged: true);
        ofSmall = Adversary.Create(HighToLowStage.Discriminator, degrading.Adversary, recipe.Data.LowRes, recipe, recipe.Adam, device);
        ofLarge = Adversary.Create(LowToHighStage.Discriminator, recipe.Adversary, recipe.Data.HighRes, recipe, recipe.Adam, device);
    }

    public Device Device => up.Network.Device;

    public int BatchesPerStep => Math.Max(recipe.Adversary.BatchesPerStep, degrading.Adversary.BatchesPerStep);

    public IReadOnlyList<TorchNetwork> Networks => [.. up.Networks, .. down.Networks, .. Adversaries.Select(adversary => adversary.Network)];

    public IReadOnlyList<(string Name, IOptimizer Optimizer)> Optimizers => [up.NamedOptimizer, down.NamedOptimizer, .. Adversaries.Select(adversary => adversary.NamedOptimizer)];

    public int Noise => degrading.Network.Noise;

    private IEnumerable<Adversary> Adversaries => new[] { ofLarge, ofSmall }.OfType<Adversary>();

    public LossTerms Step(FaceBatch batch, long iteration)
    {
        var rate = recipe.Joint.LearningRate.At(iteration, recipe.Joint.Iterations);
        var slices = new BatchSlices(batch, BatchesPerStep, Device);
        return CriticAlternation.Step(BatchesPerStep, Make, Judge, made =>
        {
            var truth = slices.Large(BatchesPerStep - 1);
            var losses = LowToHighStage.Losses(recipe, ofLarge, made.Large, truth);
            HighToLowStage.Losses(degrading, ofSmall, made.Small, truth, losses, SmallPrefix);
            var gradients = Autograd.Gradients(losses.Total(), [.. up.Network.Parameters, .. down.Network.Parameters]);
            up.Update(gradients[..up.Network.Parameters.Count], rate);
            down.Update(gradients[up.Network.Parameters.Count..], rate);
            return losses;
        });

        (Tensor Small, Tensor Large) Make(int slice)
        {
            var faces = slices.Large(slice);
            var mode = new ForwardMode(Training: true, recipe.Precision);
            var small = down.Network.Forward([faces, Degrader.Noise(faces.Shape[0], Noise, Device)], mode)[0];
            return (small, up.Network.Forward(small, mode));
        }

        LossTerms Judge(int slice, (Tensor Small, Tensor Large) faces)
        {
            var small = ofSmall?.Update(slices.Poor(slice), faces.Small, rate, SmallPrefix) ?? new LossTerms();
            return ofLarge is null ? small : small.Add(ofLarge.Update(slices.Large(slice), faces.Large, rate));
        }
    }

    public IReadOnlyList<Tensor> Infer(IReadOnlyList<Tensor> inputs) =>
        [up.Shipped.Forward(inputs[0].To(Device), new ForwardMode(Training: false, Precision.Fp32))];

    public Tensor Degrade(Tensor large, Tensor noise) =>
        down.Shipped.Forward([large.To(Device), noise.To(Device)], new ForwardMode(Training: false, Precision.Fp32))[0];

    public void Dispose()
    {
        up.Dispose();
        down.Dispose();
        foreach (var adversary in Adversaries)
        {
            adversary.Dispose();
        }
    }
}
