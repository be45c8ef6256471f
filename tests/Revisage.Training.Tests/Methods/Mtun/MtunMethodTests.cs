using Revisage.Data;
using Revisage.Restoration;
using Revisage.Torch;
using Revisage.Training.Methods.Mtun;
using Revisage.Training.Onnx;
using Revisage.Training.Priors.Features;
using Revisage.Training.Runs;
using Revisage.Training.Tests.Runs;
using Revisage.Training.Torch;
using TrainingRun = Revisage.Training.Runs.TrainingRun;

namespace Revisage.Training.Tests.Methods.Mtun;

/// <summary>MTUN's training, at a few channels.</summary>
[Trait("Category", "torch")]
[Collection(RunsAlone.Name)]
public sealed class MtunMethodTests : IDisposable
{
    private const string Tiny = """
        method: mtun
        iterations: 2
        batch: 4
        precision: fp32
        network: {width: 1, features: 4, stacks: 2}
        adversarial: {width: 1}
        perceptual: {layers: [relu3_2], weight: 0.1}
        learning_rate: {peak: 1e-3, warmup: 0}
        content: {iterations: 2, batch: 4, learning_rate: {peak: 1e-3, warmup: 0}}
        data: {unaligned: {}}
        report: {log_every: 1, validate_every: 2, validation_images: 2, checkpoint_every: 1, picture_rows: 1}
        """;

    private static readonly MtunMethod Method = new();

    private readonly SyntheticFaces faces = new(train: 4, val: 2, side: 128, hr: 128, annotated: true);
    private readonly string folder = Directory.CreateTempSubdirectory("revisage-mtun-").FullName;
    private readonly TensorScope scope = new();

    public void Dispose()
    {
        scope.Dispose();
        faces.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [InlineData("", 5)]
    [InlineData("network.heatmaps=none", 4)]
    public void Validations_picture_shows_the_heatmaps_beside_the_face(string change, int columns)
    {
        var recipe = Recipe(change.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        using var stage = Method.Phases(recipe)[0].Create(Stages.Setting);

        var picture = Method.CreateValidation(recipe, new ValidationFaces(faces.Open(), recipe.Data, recipe.Report)).Run(stage).Picture.ShouldNotBeNull();

        (picture.Width, picture.Height).ShouldBe((columns * 128, 128));
    }

    /// <summary>The rows of the paper's table 3, and what each needs.</summary>
    [Theory]
    [InlineData("", "image heatmaps face_features adversarial discriminator", Annotations.Landmarks, true)]
    [InlineData("adversarial.weight=0", "image heatmaps face_features", Annotations.Landmarks, true)]
    [InlineData("adversarial.weight=0 perceptual.weight=0", "image heatmaps", Annotations.Landmarks, false)]
    [InlineData("heatmap_weight=0", "image face_features adversarial discriminator", Annotations.None, true)]
    [InlineData("heatmap_weight=0 adversarial.weight=0", "image face_features", Annotations.None, true)]
    [InlineData("heatmap_weight=0 adversarial.weight=0 perceptual.weight=0", "image", Annotations.None, false)]
    [InlineData("network.heatmaps=none", "image face_features adversarial discriminator", Annotations.None, true)]
    public void A_loss_without_weight_is_neither_computed_nor_needed(string overrides, string losses, Annotations needs, bool features)
    {
        var recipe = Recipe(overrides.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        using var stage = Method.Phases(recipe)[^1].Create(Stages.Setting);

        string.Join(' ', stage.Step(Batch(recipe), 0).Values().Select(loss => loss.Name)).ShouldBe(losses);

        Method.Needs(recipe).ShouldBe(needs);
        Method.Priors(recipe).ShouldBe(features ? [PerceptualFeatures.Prior] : []);
        stage.Networks.Any(network => network.Name == "discriminator").ShouldBe(losses.Contains("discriminator", StringComparison.Ordinal));
    }

    /// <summary>The rows of tables 1 and 2: parts of the weights' names that come and go.</summary>
    [Theory]
    [InlineData("network.skip=false", "decoder.skip.")]
    [InlineData("network.autoencoder=false", "autoencoder.")]
    [InlineData("network.heatmaps=none", "branch.")]
    [InlineData("network.stacks=1", "branch.hourglasses.1.")]
    [InlineData("network.stacks=2", "branch.hourglasses.2.")]
    [InlineData("network.stacks=3", "branch.hourglasses.3.")]
    [InlineData("network.heatmaps=at16", "decoder.skip.")]
    [InlineData("network.heatmaps=at32", "decoder.skip.")]
    public void An_ablation_leaves_out_what_it_says(string change, string part)
    {
        Names([]).ShouldContain(name => name.StartsWith(part, StringComparison.Ordinal));
        Names([change]).ShouldNotContain(name => name.StartsWith(part, StringComparison.Ordinal));

        static IEnumerable<string> Names(string[] overrides) =>
            Method.ShippedNetwork(RecipeFile.Parse("method: mtun", "of the test", overrides)).NamedWeights().Select(named => named.Path);
    }

    [Theory]
    [InlineData("at16")]
    [InlineData("at32")]
    public void Heatmaps_are_learned_at_the_size_that_they_are_estimated_at(string place)
    {
        var recipe = Recipe($"network.heatmaps={place}");
        using var stage = Method.Phases(recipe)[0].Create(Stages.Setting);

        stage.Step(Batch(recipe), 0).Values().ShouldAllBe(loss => double.IsFinite(loss.Value));

        stage.Infer([Batch(recipe).LowResTensor(default)])[1].Shape.ShouldBe([4, 4, int.Parse(place[2..], null), int.Parse(place[2..], null)]);
    }

    [Fact]
    public void Image_and_heatmap_losses_fall_over_the_content_phase()
    {
        var recipe = Recipe("network.width=2", "network.features=8");
        using var stage = Method.Phases(recipe)[0].Create(Stages.Setting);
        var batch = Batch(recipe);
        var first = stage.Step(batch, 0).Values();

        for (var iteration = 1; iteration < 30; iteration++)
        {
            using var step = new TensorScope();
            stage.Step(batch, iteration);
        }

        var last = stage.Step(batch, 30).Values();
        last.Select(loss => loss.Name).ShouldBe(["image", "heatmaps"]);
        last[0].Value.ShouldBeLessThan(0.8 * first[0].Value);
        last[1].Value.ShouldBeLessThan(0.5 * first[1].Value);
    }

    /// <summary>Equation 4's other side: against a generator that stands still, the discriminator tells true faces from its.</summary>
    [Fact]
    public void The_discriminator_learns_from_half_of_the_batch()
    {
        var recipe = Recipe();
        var batch = Batch(recipe);
        var other = batch with { HighRes = [.. batch.HighRes] };
        other.HighRes.AsSpan(other.HighRes.Length / 2).Fill(-1);

        var (one, two) = (FirstLosses(batch), FirstLosses(other));

        two["discriminator"].ShouldBe(one["discriminator"]);
        two["image"].ShouldNotBe(one["image"]);
        one["discriminator"].ShouldBe(2 * Math.Log(2), 0.2);

        Dictionary<string, double> FirstLosses(FaceBatch of)
        {
            TorchSettings.Seed(1);
            using var stage = Method.Phases(recipe)[^1].Create(Stages.Setting);
            return stage.Step(of, 0).Values().ToDictionary(loss => loss.Name, loss => loss.Value);
        }
    }

    [Fact]
    public void A_restored_adversarial_step_reaches_the_same_bits()
    {
        var recipe = Recipe();
        var batch = Batch(recipe);
        using var trained = Method.Phases(recipe)[^1].Create(Stages.Setting);
        TorchSettings.Seed(5);
        trained.Step(batch, 0);
        var checkpoint = Checkpoint.Of(trained, new CheckpointState { Iteration = 1, Recipe = "", Threads = 1, Faces = 4 });
        trained.Step(batch, 1);
        TorchSettings.Seed(6);
        using var fresh = Method.Phases(recipe with { Seed = 9 })[^1].Create(Stages.Setting);

        checkpoint.Restore(fresh);
        fresh.Step(batch, 1);

        Bits(fresh).ShouldBe(Bits(trained));
    }

    [Fact]
    public void The_adversarial_phase_goes_on_from_the_content_phase()
    {
        var options = new TrainingRunOptions(faces.Folder, Path.Combine(folder, "run")) { Threads = 1 };

        TrainingRun.Start(Recipe(), options, new Silent(), default).ShouldBe(TrainingEnd.Complete);

        var (content, last) = (Checkpoint.Load(Path.Combine(options.Run, "content.safetensors")), Checkpoint.Load(Path.Combine(options.Run, "checkpoint.safetensors")));
        last.State.Phase.ShouldBe("adversarial");
        content.WeightsOf("discriminator").ShouldBeEmpty();
        using var stage = Method.Phases(Recipe())[^1].Create(Stages.Setting);
        last.Restore(stage);
        var steps = stage.Optimizers.ToDictionary(named => named.Name, named => named.Optimizer.Steps);
        steps["generator.optimizer"].ShouldBe(content.State.Iteration + 2);
        steps["discriminator.optimizer"].ShouldBe(2);
        content.HandOver(stage, optimizers: false);
        stage.Networks[0].Save().Select(array => array.ToFloats()).ShouldBe(content.WeightsOf("generator").Values.Select(array => array.ToFloats()));
    }

    [Fact]
    public void As_the_authors_train_there_is_no_content_phase()
    {
        Method.Phases(RecipeFile.Parse("method: mtun", "of the test", [])).Select(phase => phase.Name).ShouldBe(["adversarial"]);
        Method.Phases(Recipe()).Select(phase => phase.Name).ShouldBe(["content", "adversarial"]);
    }

    [Theory]
    [InlineData("", "sr heatmaps")]
    [InlineData("network.heatmaps=none", "sr")]
    public void Exports_name_what_the_network_gives(string change, string outputs)
    {
        var recipe = Recipe(change.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        using var stage = Method.Phases(recipe)[0].Create(Stages.Setting);
        var (checkpoint, path) = (Path.Combine(folder, "checkpoint.safetensors"), Path.Combine(folder, "tiny.onnx"));
        Checkpoint.Of(stage, new CheckpointState { Iteration = 1, Recipe = RecipeFile.ToYaml(recipe), Threads = 1, Faces = 1 }).Save(checkpoint);

        var exported = ModelExport.Write(checkpoint, path);

        exported.Card.OutputName.ShouldBe("sr");
        exported.Card.Scale.ShouldBe(8);
        using var model = OnnxModel.Load(path);
        string.Join(' ', model.Outputs.Select(output => output.Name)).ShouldBe(outputs);
    }

    [Theory]
    [InlineData("batch=1", "MTUN's autoencoder normalises single pixels over the batch, and its discriminator sees half of it, but batch is 1 in the phase 'adversarial'. Set 2 or more.")]
    [InlineData("content.batch=1", "MTUN's autoencoder normalises single pixels over the batch, and its discriminator sees half of it, but batch is 1 in the phase 'content'. Set 2 or more.")]
    [InlineData("data.high_res=64", "The recipe's network makes 3x128x128 from faces of 16 pixels, but data.high_res is 64. Set data.low_res, data.high_res or the network's doublings so that they agree.")]
    public void What_does_not_fit_is_refused(string change, string message) =>
        Should.Throw<RevisageException>(() => Method.Check(Recipe(change))).Message.ShouldBe(message);

    [Theory]
    [InlineData(0, 0.01)]
    [InlineData(4255, 0.01)]
    [InlineData(4256, 0.00995)]
    [InlineData(2_000_000, 0.005)]
    public void The_adversarial_weight_falls_by_epochs_to_its_floor(long iteration, double weight) =>
        new MtunAdversarialOptions().At(iteration).ShouldBe(weight, 1e-12);

    [Fact]
    public void A_weight_below_the_floor_stays() => new MtunAdversarialOptions { Weight = 0.001 }.At(0).ShouldBe(0.001);

    [Theory]
    [InlineData(0, 2e-5)]
    [InlineData(50, 2e-4)]
    [InlineData(100, 1e-3)]
    [InlineData(2 * 4256, 1e-3 * 0.99 * 0.99)]
    public void The_papers_rate_warms_up_in_two_steps_and_falls_by_epochs(long iteration, double rate)
    {
        var schedule = Method.Phases(RecipeFile.Parse("method: mtun", "of the test", []))[0].Schedule;

        schedule.LearningRate.At(iteration, schedule.Iterations).ShouldBe(rate, 1e-12);
    }

    private static MtunRecipe Recipe(params string[] overrides) => (MtunRecipe)RecipeFile.Parse(Tiny, "of the test", overrides);

    private FaceBatch Batch(Recipe recipe) => FaceDataset.Load(faces.Open(), "train", recipe.Data, seed: 1).Batch(0, 4);

    private static Dictionary<string, string> Bits(ITrainingStage stage) => stage.Networks
        .SelectMany(network => network.Save().Select(array => ($"{network.Name}/{array.Name}", Convert.ToHexString(array.Bytes.Span))))
        .ToDictionary(array => array.Item1, array => array.Item2);

    private sealed class Silent : ITrainingObserver
    {
        public void Logged(TrainingProgress progress)
        {
        }

        public void Validated(long iteration, ValidationResult result, bool best)
        {
        }
    }
}
