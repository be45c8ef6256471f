using Revisage.Data;
using Revisage.Torch;
using Revisage.Training.Losses;
using Revisage.Training.Priors.Features;
using Revisage.Training.Runs;
using Revisage.Training.Torch;

namespace Revisage.Training.Methods.Progressive;

/// <summary>
/// One of the three steps: an update of the generator, then one of the critic on what the updated generator makes of
/// the same faces (Kim 2019, sections 3.1 and 3.4, and the authors' code).
/// </summary>
/// <remarks>
/// Differs from the authors' code: heatmap and attention losses see the landmark network with its own statistics, unless
/// <see cref="AlignmentOptions.BatchStatistics"/> is set.
/// </remarks>
internal sealed class ProgressiveStage : ITrainingStage
{
    private readonly ProgressiveRecipe recipe;
    private readonly int step;
    private readonly Schedule schedule;
    private readonly ProgressiveGenerator generatorBlock;
    private readonly ProgressiveCritic criticBlock;
    private readonly GrowingLearner generator;
    private readonly GrowingLearner? critic;
    private readonly PerceptualFeatures? features;
    private readonly AlignmentMaps? alignment;

    /// <param name="step">From 1 to 3.</param>
    public ProgressiveStage(ProgressiveRecipe recipe, int step, TrainingSetting setting)
    {
        (this.recipe, this.step, schedule) = (recipe, step, recipe.ScheduleOf(step));
        (generatorBlock, criticBlock) = (new ProgressiveGenerator(recipe.Network), new ProgressiveCritic(recipe.Critic));
        generator = new GrowingLearner("generator", generatorBlock, recipe, setting.Device, averaged: true);
        critic = Weight(recipe.Weights.Adversarial) > 0 ? new GrowingLearner("critic", criticBlock, recipe, setting.Device, averaged: false) : null;
        features = Weight(recipe.Weights.Perceptual) > 0 ? PerceptualFeatures.Open(recipe.Perceptual, recipe.Data.Range, setting) : null;
        alignment = Weight(recipe.Weights.Heatmap) + Weight(recipe.Weights.Attention) > 0
            ? AlignmentMaps.Open(recipe.Alignment, recipe.Data.Range, recipe.Precision, setting)
            : null;
    }

    public Device Device => generator.Network.Device;

    public IReadOnlyList<TorchNetwork> Networks => [.. generator.Networks, .. critic?.Networks ?? []];

    public IReadOnlyList<(string Name, IOptimizer Optimizer)> Optimizers => [.. generator.Optimizers, .. critic?.Optimizers ?? []];

    public LossTerms Step(FaceBatch batch, long iteration)
    {
        var (small, hr) = (batch.LowResTensor(Device), batch.HighResTensor(Device));
        var (alpha, rate) = (Alpha(iteration), schedule.LearningRate.At(iteration, schedule.Iterations));
        var losses = GeneratorLosses(Generate(generator.Network, small, alpha, training: true), hr, alpha);
        generator.Update(losses.Total(), rate, step, alpha);
        if (critic is not null)
        {
            var criticLosses = CriticLosses(small, hr, alpha);
            critic.Update(criticLosses.Total(), rate, step, alpha);
            losses.Add(criticLosses);
        }

        return losses;
    }

    /// <remarks>Without a fade, as it ships: while a step fades in, what it will be once it has.</remarks>
    public IReadOnlyList<Tensor> Infer(IReadOnlyList<Tensor> inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        var mode = new ForwardMode(Training: false, Precision.Fp32);
        return [TorchNetwork.Leave(generatorBlock.AtStep(generator.Shipped.Enter(inputs[0].To(Device), mode), step, alpha: 1))];
    }

    public void Dispose()
    {
        generator.Dispose();
        critic?.Dispose();
        features?.Dispose();
        alignment?.Dispose();
    }

    /// <summary>How far the step is faded in: along a straight line, and all the way after its share of the iterations.</summary>
    private double Alpha(long iteration)
    {
        var fade = recipe.FadeInOf(step) * schedule.Iterations;
        return iteration < fade ? iteration / fade : 1;
    }

    private double Weight(IReadOnlyList<double> weights) => weights[step - 1];

    private Tensor Generate(TorchNetwork network, Tensor small, double alpha, bool training) =>
        TorchNetwork.Leave(generatorBlock.AtStep(network.Enter(small, new ForwardMode(training, recipe.Precision)), step, alpha));

    private Tensor Score(Tensor faces, double alpha, Precision precision) =>
        TorchNetwork.Leave(criticBlock.AtStep(critic!.Network.Enter(faces, new ForwardMode(Training: true, precision)), step, alpha));

    /// <param name="sr">[N, 3, H, W]; <paramref name="hr"/> likewise.</param>
    private LossTerms GeneratorLosses(Tensor sr, Tensor hr, double alpha)
    {
        var weights = recipe.Weights;
        var losses = new LossTerms();
        if (Weight(weights.Pixel) > 0)
        {
            losses.Add("pixel", Weight(weights.Pixel), recipe.Pixel == PixelNorm.L1 ? PixelLoss.L1(sr, hr) : PixelLoss.L2(sr, hr));
        }

        if (critic is not null)
        {
            losses.Add("adversarial", Weight(weights.Adversarial), WassersteinLoss.Generator(Score(sr, alpha, recipe.Precision)));
        }

        if (features is not null)
        {
            losses.Add(features.Name, Weight(weights.Perceptual) * recipe.Perceptual.WeightInUse, features.Loss(sr, hr, recipe.Precision));
        }

        if (alignment is not null)
        {
            AddAlignment(losses, alignment, sr, hr);
        }

        return losses;
    }

    private void AddAlignment(LossTerms losses, AlignmentMaps maps, Tensor sr, Tensor hr)
    {
        Tensor truth;
        using (Autograd.WithoutGradients())
        {
            truth = maps.Of(hr);
        }

        if (Weight(recipe.Weights.Heatmap) is > 0 and var heatmap)
        {
            losses.Add("heatmap", heatmap, HeatmapLoss.Of(maps.Of(sr), truth));
        }

        if (Weight(recipe.Weights.Attention) is > 0 and var attention)
        {
            losses.Add("attention", attention, FacialAttentionLoss.Of(sr, hr, AlignmentMaps.Attention(truth, (int)hr.Shape[3])));
        }
    }

    private LossTerms CriticLosses(Tensor small, Tensor hr, double alpha)
    {
        Tensor made;
        using (Autograd.WithoutGradients())
        {
            made = Generate(generator.Network, small, alpha, training: true);
        }

        Tensor Judge(Tensor faces) => Score(faces, alpha, Precision.Fp32);
        var (ofMade, ofReal) = (Judge(made), Judge(hr));
        return new LossTerms()
            .Add("critic", 1, WassersteinLoss.Critic(ofMade, ofReal))
            .Add("drift", WassersteinLoss.DriftWeight, WassersteinLoss.Drift(ofReal))
            .Add("penalty", recipe.Penalty, GradientPenalty.Of(Judge, made, hr));
    }
}
