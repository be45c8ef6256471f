using Revisage.Data;
using Revisage.Imaging;
using Revisage.Torch;
using Revisage.Training.Layers;
using Revisage.Training.Methods;
using Revisage.Training.Methods.Baselines;
using Revisage.Training.Runs;
using Revisage.Training.Tests.Runs;
using Revisage.Training.Torch;

namespace Revisage.Training.Tests.Methods.Baselines;

/// <summary>How SRCNN, VDSR, SRGAN and URDGN train, on faces of 32 pixels.</summary>
[Trait("Category", "torch")]
[Collection(RunsAlone.Name)]
public sealed class BaselineMethodTests : IDisposable
{
    private static readonly string[] Smallest =
    [
        "precision=fp32", "batch=2", "data.high_res=32", "data.low_res=16", "average_decay=0.5", "learning_rate.peak=2e-3", "learning_rate.warmup=0",
    ];

    private static readonly string[] SmallestSrgan =
        [.. Smallest, "network.channels=8", "network.blocks=1", "network.doublings=1", "adversarial.channels=4", "adversarial.batch=2"];

    private static readonly string[] SmallestUrdgn = [.. Smallest, "data.low_res=4", "network.width=4", "discriminator_width=4"];

    private readonly SyntheticFaces faces = new(train: 4, val: 2, side: 32, hr: 32);
    private readonly string folder = Directory.CreateTempSubdirectory("revisage-run-").FullName;

    public void Dispose()
    {
        faces.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [InlineData("srcnn.compact")]
    [InlineData("vdsr.compact")]
    [InlineData("srgan.compact")]
    [InlineData("srgan.paper")]
    [InlineData("urdgn.compact")]
    [InlineData("urdgn.paper")]
    public void A_recipes_network_makes_faces_of_its_size(string name)
    {
        var recipe = RecipeFile.Load(Path.Combine(AppContext.BaseDirectory, "recipes", name + ".yaml"), "", []);

        MethodCatalog.Find(recipe.Method).Check(recipe);
    }

    [Theory]
    [InlineData("srgan.paper")]
    [InlineData("urdgn.paper")]
    public void A_paper_recipes_networks_and_losses_are_the_records_defaults(string name)
    {
        var recipe = RecipeFile.Load(Path.Combine(AppContext.BaseDirectory, "recipes", name + ".yaml"), "", []);
        var defaults = RecipeFile.Parse($"method: {recipe.Method}", "defaults", []);

        // Only what is no paper's is set besides, and URDGN's length.
        var set = recipe with { Description = "", Precision = defaults.Precision };
        if (recipe is UrdgnRecipe)
        {
            set = set with { Iterations = defaults.Iterations, LearningRate = defaults.LearningRate };
        }

        RecipeFile.ToYaml(set).ShouldBe(RecipeFile.ToYaml(defaults));
    }

    [Theory]
    [InlineData("srcnn")]
    [InlineData("vdsr")]
    public void A_small_face_is_enlarged_inside_the_network(string id)
    {
        using var scope = new TensorScope();
        using var mode = Autograd.WithoutGradients();
        var recipe = Parse(id, []);
        var method = MethodCatalog.Find(id);
        var factor = recipe.Data.HighRes / recipe.Data.LowRes;
        Block behind = id == "srcnn" ? new SrcnnNetwork(new SrcnnOptions()) : new VdsrNetwork(new VdsrOptions());
        using var whole = new TorchNetwork("whole", method.ShippedNetwork(recipe), seed: 1);
        using var alone = new TorchNetwork("alone", behind, seed: 1);
        var face = new Image(16, 16, [.. Enumerable.Range(0, 3 * 16 * 16).Select(i => (float)Math.Round(128 + 90 * Math.Sin(0.4 * i)) / 255)]);
        var pillow = PillowResize.Resize(face, 16 * factor, 16 * factor, ResampleFilter.Bicubic);

        var made = whole.Forward(Signed(face), NetworkCase.InUse);
        var expected = alone.Forward(Signed(pillow), NetworkCase.InUse);

        method.Inputs(recipe).Single().Shape.ShouldBe([3, 16, 16]);
        made.Shape.ShouldBe([1, 3, 128, 128]);
        // Pillow rounds to levels. SRCNN's first weights are small, and so is what it makes.
        ((made - expected).Abs().Mean().Item() / expected.Abs().Mean().Item()).ShouldBeLessThan(0.02);
    }

    [Fact]
    public void Every_loss_falls_on_a_face_that_is_seen_again_and_again()
    {
        foreach (var (id, options) in new[] { ("srcnn", Smallest), ("vdsr", [.. Smallest, "network.layers=4", "network.channels=8"]), ("srgan", SmallestSrgan), ("urdgn", SmallestUrdgn) })
        {
            var losses = Train(id, Parse(id, options), phase: 0, steps: 60);

            losses[^1]["pixel"].ShouldBeLessThan(0.7 * losses[0]["pixel"], id);
        }

        var srgan = Train("srgan", Parse("srgan", [.. SmallestSrgan, "adversarial.learning_rate.peak=1e-3", "adversarial.pixel=1"]), phase: 1, steps: 60);
        srgan[^1]["pixel"].ShouldBeLessThan(srgan[0]["pixel"]);
        srgan[^1]["face_features"].ShouldBeLessThan(srgan[0]["face_features"]);
        srgan[^1]["discriminator"].ShouldBeLessThan(srgan[0]["discriminator"]);
    }

    [Fact]
    public void Overrides_change_the_losses_that_they_name()
    {
        Losses("srgan", SmallestSrgan).ShouldBe(["face_features", "adversarial", "discriminator"]);
        Losses("srgan", [.. SmallestSrgan, "adversarial.pixel=1"]).ShouldBe(["pixel", "face_features", "adversarial", "discriminator"]);
        Losses("srgan", [.. SmallestSrgan, "perceptual.weight=0", "adversarial.pixel=1"]).ShouldBe(["pixel", "adversarial", "discriminator"]);
        Losses("srgan", [.. SmallestSrgan, "adversarial.weight=0"]).ShouldBe(["face_features"]);
        Losses("urdgn", SmallestUrdgn).ShouldBe(["pixel", "adversarial", "discriminator"]);
        Losses("urdgn", [.. SmallestUrdgn, "adversarial=0"]).ShouldBe(["pixel"]);
    }

    [Fact]
    public void What_a_weight_of_0_leaves_out_is_neither_made_nor_asked_for()
    {
        var srgan = MethodCatalog.Find("srgan");
        srgan.Priors(Parse("srgan", SmallestSrgan)).ShouldBe(["face-features"]);
        srgan.Priors(Parse("srgan", [.. SmallestSrgan, "perceptual.weight=0"])).ShouldBeEmpty();

        using var without = srgan.Phases(Parse("srgan", [.. SmallestSrgan, "adversarial.weight=0"]))[1].Create(Stages.Setting);
        without.Networks.Select(network => network.Name).ShouldBe(["generator", "generator.average"]);
        using var with = MethodCatalog.Find("urdgn").FirstStage(Parse("urdgn", SmallestUrdgn));
        with.Networks.Select(network => network.Name).ShouldBe(["generator", "generator.average", "discriminator"]);
    }

    [Theory]
    [InlineData("srgan")]
    [InlineData("urdgn")]
    public void A_step_against_the_discriminator_is_repeated_to_the_bit_from_a_checkpoint(string id)
    {
        var recipe = Parse(id, id == "srgan" ? SmallestSrgan : SmallestUrdgn);
        var phase = MethodCatalog.Find(id).Phases(recipe)[^1];
        var batch = FaceDataset.Load(faces.Open(), "train", recipe.Data, seed: 1).Batch(0, 2);
        using var whole = phase.Create(Stages.Setting);
        Step(whole, 0);
        var kept = Checkpoint.Of(whole, new CheckpointState { Iteration = 1, Recipe = "", Threads = 1, Faces = 4 });
        Step(whole, 1);

        using var resumed = phase.Create(Stages.Setting);
        kept.Restore(resumed);
        Step(resumed, 1);

        Arrays(resumed).ShouldBe(Arrays(whole));

        void Step(ITrainingStage stage, long iteration)
        {
            using var scope = new TensorScope();
            stage.Step(batch, iteration);
        }

        static IEnumerable<string> Arrays(ITrainingStage stage) =>
            [.. stage.Networks.SelectMany(network => network.Save().Select(array => $"{network.Name}/{array.Name} {string.Join(' ', array.ToFloats())}"))];
    }

    [Fact]
    public void Srgan_begins_with_what_srresnet_learned()
    {
        var recipe = Parse("srgan", [.. SmallestSrgan, "iterations=3", "adversarial.iterations=2", "adversarial.learning_rate.peak=0", "report.validation_images=1"]);

        TrainingRun.Start(recipe, new TrainingRunOptions(faces.Folder, Path.Combine(folder, "run")) { Threads = 1 }, new Silent(), default).ShouldBe(TrainingEnd.Complete);

        var content = Checkpoint.Load(Path.Combine(folder, "run", "content.safetensors"));
        var last = Checkpoint.Load(Path.Combine(folder, "run", "checkpoint.safetensors"));
        (content.State.Phase, last.State.Phase, last.State.Iteration).ShouldBe(("content", "adversarial", 2));
        last.WeightsOf("generator")["head.weight"].ToFloats().ShouldBe(content.WeightsOf("generator")["head.weight"].ToFloats());
        last.WeightsOf("discriminator").ShouldNotBeEmpty();
        content.WeightsOf("discriminator").ShouldBeEmpty();
    }

    [Theory]
    [InlineData("srcnn", "data.low_res=15", "The recipe's network makes 3x120x120 from faces of 15 pixels, but data.high_res is 128. Set data.low_res, data.high_res or the network's doublings so that they agree.")]
    [InlineData("srgan", "data.low_res=17 data.high_res=136", "srgan's discriminator halves the face four times, but data.high_res is 136. Take a multiple of 16, or set adversarial.weight=0.")]
    [InlineData("srgan", "adversarial.weight=0 perceptual.weight=0", "srgan's second phase has no loss left. Give adversarial.weight, adversarial.pixel or perceptual.weight a value above 0.")]
    [InlineData("urdgn", "data.low_res=17 data.high_res=136", "urdgn's discriminator halves the face four times, but data.high_res is 136. Take a multiple of 16, or set adversarial=0.")]
    public void What_does_not_fit_is_said_before_anything_is_read(string id, string options, string message) =>
        Should.Throw<RevisageException>(() => MethodCatalog.Find(id).Check(Parse(id, options.Split(' ')))).Message.ShouldBe(message);

    private static Recipe Parse(string id, string[] options) => RecipeFile.Parse($"method: {id}", $"of {id}", options);

    private static Tensor Signed(Image face) => Tensor.Of([.. face.Pixels.Select(value => 2 * value - 1)], 1, 3, face.Height, face.Width);

    private IEnumerable<string> Losses(string id, string[] options) => Train(id, Parse(id, options), phase: ^1, steps: 1)[0].Keys;

    /// <summary>The losses of every step, by name, all on one batch.</summary>
    private List<Dictionary<string, double>> Train(string id, Recipe recipe, Index phase, int steps)
    {
        var phases = MethodCatalog.Find(id).Phases(recipe);
        using var stage = phases[phase.GetOffset(phases.Count)].Create(Stages.Setting);
        var batch = FaceDataset.Load(faces.Open(), "train", recipe.Data, seed: 1).Batch(0, recipe.Batch);
        var losses = new List<Dictionary<string, double>>();
        for (var step = 0; step < steps; step++)
        {
            using var scope = new TensorScope();
            losses.Add(stage.Step(batch, step).Values().ToDictionary(loss => loss.Name, loss => loss.Value));
        }

        return losses;
    }

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
