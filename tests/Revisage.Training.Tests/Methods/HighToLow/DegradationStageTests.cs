using System.Security.Cryptography;
using Revisage.Torch;
using Revisage.Training.Losses;
using Revisage.Training.Methods;
using Revisage.Training.Methods.HighToLow;
using Revisage.Training.Runs;
using Revisage.Training.Tests.Runs;
using Revisage.Training.Torch;

namespace Revisage.Training.Tests.Methods.HighToLow;

/// <summary>What one step of each phase does, and what the ablations leave out of it.</summary>
[Trait("Category", "torch")]
[Collection(RunsAlone.Name)]
public sealed class DegradationStageTests : IDisposable
{
    private readonly TensorScope scope = new();

    public DegradationStageTests() => TorchSettings.Seed(1);

    public void Dispose() => scope.Dispose();

    [Fact]
    public void High_to_Low_comes_nearer_to_the_average_while_its_discriminator_learns()
    {
        using var stage = new HighToLowStage(TinyDegradation.HighToLow with { LearningRate = new LearningRate { Peak = 5e-3 } }, default);

        var losses = Run(stage, 40);

        Names(losses[0]).ShouldBe(["pixel", "adversarial", "discriminator"]);
        Value(losses[^1], "pixel").ShouldBeLessThan(0.5 * Value(losses[0], "pixel"));
        // 2 is what a discriminator has that cannot tell.
        losses.Min(step => Value(step, "discriminator")).ShouldBeLessThan(1.5);
    }

    [Fact]
    public void Low_to_High_comes_nearer_to_the_large_face()
    {
        using var stage = Stage(TinyDegradation.LowToHigh with { LearningRate = new LearningRate { Peak = 5e-3 }, SmallFaces = SmallFaceOrigin.Shrunk }, "low_to_high");

        var losses = Run(stage, 40);

        Names(losses[0]).ShouldBe(["pixel", "adversarial", "discriminator"]);
        Value(losses[^1], "pixel").ShouldBeLessThan(0.5 * Value(losses[0], "pixel"));
    }

    [Fact]
    public void A_step_takes_a_batch_for_each_update_of_the_discriminator()
    {
        var recipe = TinyDegradation.HighToLow with { Adversary = TinyDegradation.HighToLow.Adversary with { Updates = 5 } };
        using var stage = new HighToLowStage(recipe, default);

        Run(stage, 3);

        stage.BatchesPerStep.ShouldBe(5);
        stage.Optimizers.Select(named => (named.Name, named.Optimizer.Steps)).ShouldBe([("high_to_low.optimizer", 3), ("high_to_low_discriminator.optimizer", 15)]);
    }

    [Fact]
    public void Without_the_adversarial_loss_there_is_no_discriminator()
    {
        using var stage = Stage(TinyDegradation.LowToHigh with { Adversary = new AdversaryOptions { Weight = 0 } }, "low_to_high");

        Names(Run(stage, 1)[0]).ShouldBe(["pixel"]);
        stage.BatchesPerStep.ShouldBe(1);
        stage.Networks.Select(network => network.Name).ShouldBe(["low_to_high", "low_to_high.average"]);
    }

    [Fact]
    public void Without_the_pixel_loss_the_rest_remains()
    {
        using var stage = new HighToLowStage(TinyDegradation.HighToLow with { PixelWeight = 0 }, default);

        Names(Run(stage, 1)[0]).ShouldBe(["adversarial", "discriminator"]);
    }

    [Fact]
    public void The_gradient_penalty_takes_the_place_of_spectral_normalisation()
    {
        var recipe = TinyDegradation.HighToLow;
        using var hinge = new HighToLowStage(recipe, default);
        using var stage = new HighToLowStage(recipe with { Adversary = recipe.Adversary with { Loss = AdversaryLoss.Wasserstein } }, default);

        Names(Run(stage, 2)[^1]).ShouldBe(["pixel", "adversarial", "critic"]);
        Weights(hinge).Except(Weights(stage)).ShouldAllBe(path => path.EndsWith("_u") || path.EndsWith("_v"));
        Weights(stage).ShouldBeSubsetOf(Weights(hinge));

        static IEnumerable<string> Weights(ITrainingStage stage) => stage.Networks.Single(network => network.Name == "high_to_low_discriminator").Weights.Select(named => named.Path);
    }

    [Fact]
    public void While_Low_to_High_learns_High_to_Low_stays_as_it_is_and_new_noise_comes_each_step()
    {
        using var stage = Stage(TinyDegradation.LowToHigh, "low_to_high");
        stage.Kept.Select(network => network.Name).ShouldBe(["high_to_low.average", "high_to_low", "high_to_low_discriminator"]);
        float[][] before = [.. stage.Kept.SelectMany(network => network.Save()).Select(array => array.ToFloats())];

        Run(stage, 2);

        stage.Kept.SelectMany(network => network.Save()).Select(array => array.ToFloats()).ShouldBe(before);
        var faces = TinyDegradation.Batch(1).HighResTensor(default);
        var degrading = (IDegradingStage)stage;
        degrading.Degrade(faces, Tensor.RandN(1, degrading.Noise)).ToArray().ShouldNotBe(degrading.Degrade(faces, Tensor.RandN(1, degrading.Noise)).ToArray());
    }

    [Fact]
    public void Without_a_learned_degradation_the_small_faces_are_the_loaders()
    {
        var recipe = TinyDegradation.LowToHigh with { SmallFaces = SmallFaceOrigin.Shrunk };
        using var stage = Stage(recipe, "low_to_high");
        stage.Kept.ShouldBeEmpty();
        var batch = TinyDegradation.Batch(4);

        // Black instead: what is made of it must differ.
        var given = stage.Step(batch, 0).Values()[0].Value;
        using var again = Stage(recipe, "low_to_high");
        var black = again.Step(batch with { LowRes = [.. batch.LowRes.Select(_ => -1f)] }, 0).Values()[0].Value;

        given.ShouldNotBe(black);
    }

    [Fact]
    public void Together_each_has_its_losses()
    {
        using var stage = Stage(TinyDegradation.LowToHigh, "joint");

        var losses = Run(stage, 2);

        Names(losses[0]).ShouldBe(["pixel", "adversarial", "degraded_pixel", "degraded_adversarial", "degraded_discriminator", "discriminator"]);
        stage.Networks.Select(network => network.Name).ShouldBe(
            ["low_to_high", "low_to_high.average", "high_to_low", "high_to_low.average", "low_to_high_discriminator", "high_to_low_discriminator"]);
    }

    [Fact]
    public void Together_Low_to_Highs_loss_reaches_High_to_Low()
    {
        var recipe = TinyDegradation.LowToHigh with { Adversary = new AdversaryOptions { Weight = 0 } };
        // Of its own it has no loss at all.
        using var stage = new JointStage(recipe, recipe.Degrading with { PixelWeight = 0, Adversary = recipe.Adversary }, default);
        var network = stage.Networks.Single(network => network.Name == "high_to_low");
        var before = network.Save().ToDictionary(array => array.Name, array => array.ToFloats());

        Names(Run(stage, 1)[0]).ShouldBe(["pixel"]);

        network.Save().Single(array => array.Name == "conv4.weight").ToFloats().ShouldNotBe(before["conv4.weight"]);
        network.Save().Single(array => array.Name == "linear.weight").ToFloats().ShouldNotBe(before["linear.weight"]);
    }

    /// <summary>Weights, averages, moments, power iterations, random numbers: all of it must be in the checkpoint.</summary>
    [Theory]
    [InlineData("high_to_low", AdversaryLoss.Hinge)]
    [InlineData("low_to_high", AdversaryLoss.Hinge)]
    [InlineData("low_to_high", AdversaryLoss.Wasserstein)]
    [InlineData("joint", AdversaryLoss.Hinge)]
    public void A_step_after_a_checkpoint_is_the_same_to_the_last_bit(string phase, AdversaryLoss loss)
    {
        var recipe = TinyDegradation.LowToHigh with { Adversary = TinyDegradation.LowToHigh.Adversary with { Loss = loss } };
        using var trained = Stage(recipe, phase);
        Run(trained, 2);
        var checkpoint = Checkpoint.Of(trained, new CheckpointState { Iteration = 2, Recipe = "", Threads = 1, Faces = 1 });
        Run(trained, 1);
        using var fresh = Stage(recipe with { Seed = 99 }, phase);
        Run(fresh, 1);

        checkpoint.Restore(fresh);
        Run(fresh, 1);

        Arrays(fresh).Except(Arrays(trained)).ShouldBeEmpty();

        static IEnumerable<string> Arrays(ITrainingStage stage) => stage.Networks.Concat(stage.Kept)
            .SelectMany(network => network.Save().Select(array => $"{network.Name}/{array.Name} {Convert.ToHexString(SHA256.HashData(array.Bytes.Span))}"));
    }

    private static ITrainingStage Stage(LowToHighRecipe recipe, string phase) =>
        MethodCatalog.Find("low-to-high").Phases(recipe).Single(one => one.Name == phase).Create(Stages.Setting);

    private static List<IReadOnlyList<LossValue>> Run(ITrainingStage stage, int steps)
    {
        var batch = TinyDegradation.Batch(2 * stage.BatchesPerStep);
        var losses = new List<IReadOnlyList<LossValue>>();
        for (var step = 0; step < steps; step++)
        {
            using var inner = new TensorScope();
            losses.Add(stage.Step(batch, step).Values());
        }

        return losses;
    }

    private static IEnumerable<string> Names(IReadOnlyList<LossValue> losses) => losses.Select(loss => loss.Name);

    private static double Value(IReadOnlyList<LossValue> losses, string name) => losses.Single(loss => loss.Name == name).Value;
}
