using Revisage.Data;
using Revisage.Data.GroundTruth;
using Revisage.Torch;
using Revisage.Training.Losses;
using Revisage.Training.Priors.Features;
using Revisage.Training.Runs;
using Revisage.Training.Torch;

namespace Revisage.Training.Methods.Mtun;

/// <summary>
/// A step of MTUN (Yu 2018, section 3.3): the discriminator learns from half of the batch, its true faces and what the
/// generator makes of the same people, then the generator from all of it. Both by RMSprop. Without a discriminator the generator
/// alone learns.
/// </summary>
/// <remarks>
/// Differs from the authors' code: the discriminator's fakes are half of those that the generator makes for its own step, so that it
/// runs once; theirs are made apart, under batch statistics of their own.
/// </remarks>
internal sealed class MtunStage : ITrainingStage
{
    private readonly MtunRecipe recipe;
    private readonly Schedule schedule;
    private readonly MtunGenerator network;
    private readonly Learner generator;
    private readonly Learner? discriminator;
    private readonly PerceptualFeatures? features;

    /// <param name="content">Whether image and heatmaps alone are learned from.</param>
    public MtunStage(MtunRecipe recipe, Schedule schedule, bool content, TrainingSetting setting)
    {
        (this.recipe, this.schedule) = (recipe, schedule);
        network = new MtunGenerator(recipe.Network);
        generator = new Learner(new TorchNetwork("generator", network, recipe.Seed, setting.Device), Optimizer, recipe.AverageDecay);
        if (!content)
        {
            features = PerceptualFeatures.Open(recipe.Perceptual, recipe.Data.Range, setting);
            discriminator = recipe.Adversarial.Weight == 0 ? null : new Learner(
                new TorchNetwork(
                    "discriminator", new MtunDiscriminator(new MtunDiscriminatorOptions { Side = recipe.Data.HighRes, Width = recipe.Adversarial.Width }), recipe.Seed, setting.Device),
                Optimizer);
        }
    }

    public Device Device => generator.Network.Device;

    public IReadOnlyList<TorchNetwork> Networks => [.. generator.Networks, .. discriminator?.Networks ?? []];

    public IReadOnlyList<(string Name, IOptimizer Optimizer)> Optimizers =>
        discriminator is null ? [generator.NamedOptimizer] : [generator.NamedOptimizer, discriminator.NamedOptimizer];

    public LossTerms Step(FaceBatch batch, long iteration)
    {
        var rate = schedule.LearningRate.At(iteration, schedule.Iterations);
        var mode = new ForwardMode(Training: true, recipe.Precision);
        var truth = batch.HighResTensor(Device);
        var (face, stacks) = network.FaceAndHeatmaps(generator.Network.Enter(batch.LowResTensor(Device), mode));
        var sr = TorchNetwork.Leave(face);

        var losses = new LossTerms().Add("image", 1, PixelLoss.L2(sr, truth));
        if (recipe.HasHeatmapLoss)
        {
            Tensor[] estimated = [.. stacks.Select(TorchNetwork.Leave)];
            losses.Add("heatmaps", recipe.HeatmapWeight, FaceStructureLoss.Of(estimated, Heatmaps(batch, (int)estimated[0].Shape[2]).To(Device)));
        }

        if (features is not null)
        {
            losses.Add(features.Name, recipe.Perceptual.WeightInUse, features.Loss(sr, truth, recipe.Precision));
        }

        if (discriminator is null)
        {
            generator.Update(losses.Total(), rate);
            return losses;
        }

        var judged = JudgeHalf(discriminator, sr.Detach(), truth, mode);
        discriminator.Update(new LossTerms().Add("discriminator", 1, judged).Total(), rate);
        losses.Add("adversarial", recipe.Adversarial.At(iteration), AdversarialLoss.Generator(discriminator.Network.Forward(sr, mode)));
        generator.Update(losses.Total(), rate);
        return losses.Add("discriminator", 1, judged);
    }

    public IReadOnlyList<Tensor> Infer(IReadOnlyList<Tensor> inputs) =>
        generator.Shipped.Forward([.. inputs.Select(input => input.To(Device))], new ForwardMode(Training: false, Precision.Fp32));

    public void Dispose()
    {
        generator.Dispose();
        discriminator?.Dispose();
        features?.Dispose();
    }

    private static Tensor JudgeHalf(Learner discriminator, Tensor sr, Tensor truth, ForwardMode mode)
    {
        var half = sr.Shape[0] / 2;
        return AdversarialLoss.Discriminator(
            discriminator.Network.Forward(truth.Narrow(0, 0, half), mode), discriminator.Network.Forward(sr.Narrow(0, 0, half), mode));
    }

    /// <returns>[N, 4, side, side], of the upright faces.</returns>
    private static Tensor Heatmaps(FaceBatch batch, int side)
    {
        var face = ComponentHeatmaps.Count * side * side;
        var maps = new float[batch.Size * face];
        Span<float> visible = stackalloc float[ComponentHeatmaps.Count];
        for (var i = 0; i < batch.Size; i++)
        {
            ComponentHeatmaps.Draw(
                batch.LandmarksOf(i), (double)side / batch.HighResSide, side, ComponentHeatmaps.SigmaAt64 * side / 64, maps.AsSpan(i * face, face), visible);
        }

        return Tensor.Of(maps, batch.Size, ComponentHeatmaps.Count, side, side);
    }

    private RmsProp Optimizer(IReadOnlyList<Tensor> parameters) =>
        new(parameters, recipe.RmsProp) { LearningRate = schedule.LearningRate.Peak };
}
