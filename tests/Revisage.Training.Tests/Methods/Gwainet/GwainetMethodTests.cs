using Revisage.Data;
using Revisage.Imaging;
using Revisage.Restoration;
using Revisage.Torch;
using Revisage.Training.Import;
using Revisage.Training.Losses;
using Revisage.Training.Methods.Gwainet;
using Revisage.Training.Onnx;
using Revisage.Training.Priors.Identity;
using Revisage.Training.Runs;
using Revisage.Training.Tests.Import;
using Revisage.Training.Tests.Runs;
using Revisage.Training.Torch;
using TrainingRun = Revisage.Training.Runs.TrainingRun;

namespace Revisage.Training.Tests.Methods.Gwainet;

/// <summary>GWAInet as a method: its phases, what its ablations change, and its way from faces to a model in use.</summary>
[Trait("Category", "torch")]
[Collection(RunsAlone.Name)]
public sealed class GwainetMethodTests : IDisposable
{
    private static readonly GwainetMethod Method = new();

    private static readonly GwainetRecipe Tiny = new()
    {
        Method = "gwainet",
        Iterations = 2,
        Batch = 2,
        Patience = 0,
        Precision = Precision.Fp32,
        Network = new GwainetOptions { Channels = 4, WarperBlocks = 1, BlocksPerGroup = 1 },
        Critic = new GwainetCriticOptions { Channels = 4, Stages = 3 },
        LearningRate = new LearningRate { Peak = 3e-3 },
        Warper = new WarperOptions { Iterations = 2, Batch = 2, LearningRate = new LearningRate { Peak = 3e-3 } },
        Adversarial = new GwainetAdversarialOptions { Iterations = 2, Batch = 1, CriticUpdates = 2, LearningRate = new LearningRate { Peak = 1e-3 } },
        Data = new DataOptions { LowRes = 4, HighRes = 32, Guides = GuideChoice.SamePerson },
        Report = new ReportOptions { LogEvery = 1, ValidateEvery = 100, ValidationImages = 2, CheckpointEvery = 1, PictureRows = 1 },
    };

    private readonly SyntheticFaces faces = new(train: 6, val: 2, side: 32, hr: 32, annotated: true);
    private readonly string folder = Directory.CreateTempSubdirectory("revisage-gwainet-").FullName;

    public void Dispose()
    {
        faces.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [InlineData("warper content adversarial")]
    [InlineData("content adversarial", "warper.iterations=0")]
    [InlineData("warper content", "adversarial.iterations=0")]
    [InlineData("content adversarial", "network.guided=false")]
    public void A_phase_without_iterations_and_a_warper_without_a_guide_are_left_out(string phases, params string[] changes) =>
        Method.Phases(Parse(changes)).Select(phase => phase.Name).ShouldBe(phases.Split(' '));

    [Theory]
    [InlineData(GuideChoice.SamePerson)]
    [InlineData(GuideChoice.Stranger, "data.guides=stranger")]
    [InlineData(GuideChoice.None, "network.guided=false")]
    [InlineData(GuideChoice.SamePerson, "network.guided=false", "data.guides=same_person")]
    public void Faces_come_with_the_guide_that_the_recipe_wants(GuideChoice guides, params string[] changes) =>
        Method.Phases(Parse(changes)).ShouldAllBe(phase => phase.Data.Guides == guides);

    [Fact]
    public void The_papers_schedules_are_the_defaults()
    {
        var recipe = (GwainetRecipe)Parse();

        // 162,734 photographs by four: 1.25 epochs, and four and two of the generator's updates.
        recipe.Warper.Iterations.ShouldBe((long)(1.25 * 162_734 / 4));
        recipe.Adversarial.Iterations.ShouldBe((4 + 2) * 162_734 / 4);
        recipe.Adversarial.LearningRate.Milestones.ShouldBe([4 * 162_734 / 4]);
        (recipe.Adversarial.Weight, recipe.Adversarial.Identity, recipe.Adversarial.CriticUpdates).ShouldBe((0.001, 0.05, 5));
        recipe.Adversarial.Adam.ShouldBe(new AdamOptions { Beta1 = 0.5, Beta2 = 0.9 });
        Method.Phases(recipe).Single(phase => phase.Name == "content").HandsOverBest.ShouldBeTrue();
    }

    [Fact]
    public void Without_a_guide_the_network_is_SRnet_alone()
    {
        var (guided, alone) = (Parse(), Parse("network.guided=false"));

        var left = NetworkCase.Listing(Method.ShippedNetwork(guided)).Where(line =>
            line.StartsWith("generator.", StringComparison.Ordinal) && !line.StartsWith("generator.gfe.", StringComparison.Ordinal)
            && !System.Text.RegularExpressions.Regex.IsMatch(line, @"^generator\.resblocks\.resblocks_[123]\.(weight|bias) "));
        NetworkCase.Listing(Method.ShippedNetwork(alone)).ShouldBe(left);
        Method.Walk(alone).Parameters.ShouldBe(1_665_283);
        Method.Inputs(alone).Select(input => input.Name).ShouldBe(["lr"]);
        Method.Inputs(guided).Select(input => input.Name).ShouldBe(["lr", ModelCard.GuideName]);
    }

    [Fact]
    public void Each_ablation_changes_the_losses_that_it_says()
    {
        LossNames(Tiny).ShouldBe(["pixel", "adversarial", "identity", "critic", "penalty"]);
        LossNames(Tiny with { Adversarial = Tiny.Adversarial with { Identity = 0 } }).ShouldBe(["pixel", "adversarial", "critic", "penalty"]);
        LossNames(Tiny with { Network = Tiny.Network with { Guided = false } }).ShouldBe(["pixel", "adversarial", "identity", "critic", "penalty"]);

        Method.Priors(Parse()).ShouldBe([IdentityFeatures.Prior]);
        Method.Priors(Parse("adversarial.identity=0")).ShouldBeEmpty();
        Method.Priors(Parse("adversarial.iterations=0")).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("warper")]
    [InlineData("content")]
    public void The_loss_falls(string name)
    {
        var phase = Phase(Tiny with { Iterations = 40, Warper = Tiny.Warper with { Iterations = 40 } }, name);
        using var stage = phase.Create(Stages.Setting);
        var batch = Dataset(phase).Batch(0, 4);
        // The drawn guides lie over their faces already: as mirror images they do not, and there is something to warp.
        foreach (var row in batch.Guides.Chunk(batch.HighResSide).Index())
        {
            row.Item.Reverse().ToArray().CopyTo(batch.Guides, row.Index * batch.HighResSide);
        }

        var losses = Enumerable.Range(0, 40).Select(i => Step(stage, batch, i).Single().Value).ToArray();

        losses[^1].ShouldBeLessThan(0.8 * losses[0]);
    }

    [Fact]
    public void The_critic_learns_to_tell_and_is_updated_as_often_as_it_is_to_be()
    {
        var recipe = Tiny with { Adversarial = Tiny.Adversarial with { Iterations = 30, Batch = 2, CriticUpdates = 3, Identity = 0 } };
        var phase = Phase(recipe, "adversarial");
        using var stage = phase.Create(Stages.Setting);
        var batch = Dataset(phase).Batch(0, 6);
        stage.BatchesPerStep.ShouldBe(3);

        var told = Enumerable.Range(0, 30).Select(i => Step(stage, batch, i).Single(loss => loss.Name == "critic").Value).ToArray();

        stage.Optimizers.Select(named => (named.Name, named.Optimizer.Steps)).ShouldBe([("generator.optimizer", 30), ("critic.optimizer", 90)]);
        // Minus the distance that it sees.
        told[^5..].Average().ShouldBeLessThan(told[0] - 0.05);
    }

    [Fact]
    public void The_warper_goes_on_in_the_whole_network_and_the_rest_begins()
    {
        var (alone, whole) = (Phase(Tiny, "warper"), Phase(Tiny, "content"));
        using var warper = alone.Create(Stages.Setting);
        _ = Step(warper, Dataset(alone).Batch(0, 2), 0);
        var left = Checkpoint.Of(warper, State);
        using var content = whole.Create(Stages.Setting);
        var begun = Numbers(content);

        left.HandOver(content, optimizers: false);

        var (learned, now) = (Numbers(warper), Numbers(content));
        learned.Keys.ShouldAllBe(name => name.StartsWith("generator/warper.", StringComparison.Ordinal) || name.StartsWith("generator.average/warper.", StringComparison.Ordinal));
        learned.Keys.ShouldBe(now.Keys.Where(name => name.Contains("/warper.", StringComparison.Ordinal)), ignoreOrder: true);
        foreach (var (name, values) in now)
        {
            values.ShouldBe(learned.GetValueOrDefault(name) ?? begun[name], name);
        }
    }

    [Fact]
    public void A_step_against_the_critic_is_the_same_after_a_checkpoint()
    {
        var phase = Phase(Tiny, "adversarial");
        var dataset = Dataset(phase);
        using var stage = phase.Create(Stages.Setting);
        _ = Step(stage, dataset.Batch(0, 2), 0);
        var path = Path.Combine(folder, "checkpoint.safetensors");
        Checkpoint.Of(stage, State).Save(path);
        var losses = Step(stage, dataset.Batch(2, 2), 1);

        using var resumed = phase.Create(Stages.Setting);
        Checkpoint.Load(path).Restore(resumed);

        Step(resumed, dataset.Batch(2, 2), 1).ShouldBe(losses);
        var numbers = Numbers(stage);
        Numbers(resumed).Where(pair => !pair.Value.SequenceEqual(numbers[pair.Key])).Select(pair => pair.Key).ShouldBeEmpty();
    }

    /// <summary>All three phases, then ONNX Runtime with a reference photograph.</summary>
    [Fact]
    public void From_faces_to_a_guided_model_in_use()
    {
        var run = Path.Combine(folder, "run");
        TrainingRun.Start(Tiny, new TrainingRunOptions(faces.Folder, run) { Threads = 1 }, new Silent(), default).ShouldBe(TrainingEnd.Complete);

        Checkpoint.Load(Path.Combine(run, "content.safetensors")).State.Phase.ShouldBe("content");
        Should.Throw<RevisageException>(() => ModelExport.Write(Path.Combine(run, "warper.safetensors"), Path.Combine(folder, "warper.onnx"))).Message.ShouldContain("lacks the weight 'generator.");
        var exported = ModelExport.Write(Path.Combine(run, "checkpoint.safetensors"), Path.Combine(folder, "gwainet.onnx"));
        (exported.Card.NeedsGuide, exported.Card.Input, exported.Card.Output).ShouldBe((true, new PixelSize(4, 4), new PixelSize(32, 32)));
        using var restorer = FaceRestorer.Open(OnnxModel.Load(exported.Path));
        var (face, guide) = (Plain(4, 0.3f), Plain(32, 0.6f));
        var one = restorer.Restore([face], [guide], default).Single();
        (one.Width, one.Height).ShouldBe((32, 32));
        restorer.Restore([face, face], [Plain(32, 0.1f), guide], default)[1].Pixels.Zip(one.Pixels, (a, b) => Math.Abs(a - b)).Max().ShouldBeLessThan(1e-5f);
        restorer.Restore([face], [Plain(32, 0.1f)], default).Single().Pixels.ShouldNotBe(one.Pixels);
    }

    [Fact]
    public void Faces_without_names_are_refused_before_the_first_iteration()
    {
        using var strangers = new SyntheticFaces(train: 4, val: 2, side: 32, hr: 32);
        var run = Path.Combine(folder, "run");

        Should.Throw<RevisageException>(() => TrainingRun.Start(Tiny, new TrainingRunOptions(strangers.Folder, run) { Threads = 1 }, new Silent(), default))
            .Message.ShouldContain("none has one. Name a set with identities");
        File.Exists(Path.Combine(run, "checkpoint.safetensors")).ShouldBeFalse();
    }

    [Fact]
    public void A_missing_encoder_is_named_before_anything_is_read()
    {
        var models = Directory.CreateDirectory(Path.Combine(folder, "models")).FullName;

        Should.Throw<MissingComponentException>(() => TrainingRun.Start(
            Tiny, new TrainingRunOptions("nowhere", Path.Combine(folder, "run")) { Models = new ModelStore(models) }, new Silent(), default)).Message.ShouldContain("There is no model 'inet'");
    }

    [Theory]
    [InlineData("GWAInet makes faces eight times as large, but data.low_res is 16 and data.high_res 64. Set one to fit the other.", "data.high_res=64")]
    [InlineData("GWAInet takes faces in [-1, 1], but data.range is Unit. Set it to signed.", "data.range=unit")]
    [InlineData("GWAInet cannot make faces of 8x8 pixels. Take multiples of 8, 16 at least.", "data.high_res=8", "data.low_res=1")]
    [InlineData("Without adversarial.weight or adversarial.critic_updates there is nothing to train a critic for. Leave the phase out with adversarial.iterations=0.", "adversarial.weight=0")]
    public void What_does_not_fit_is_refused(string message, params string[] changes) =>
        Should.Throw<RevisageException>(() => Method.Check(Parse(changes))).Message.ShouldBe(message);

    [Fact]
    public void The_identity_loss_compares_people_at_any_size_and_range()
    {
        using var scope = new TensorScope();
        using var mode = Autograd.WithoutGradients();
        using var signed = IdentityFeatures.Open(ValueRange.Signed, Stages.Setting);
        using var unit = IdentityFeatures.Open(ValueRange.Unit, Stages.Setting);
        var (one, other) = (Faces(128, "one"), Faces(128, "other"));

        signed.Loss(one, one, Precision.Fp32).Item().ShouldBe(0);
        var apart = signed.Loss(one, other, Precision.Fp32).Item();
        // Of 128 numbers and length 1 each: at most 4 / 128.
        apart.ShouldBeInRange(1e-5, 4.0 / 128);
        unit.Loss((one + 1) * 0.5, (other + 1) * 0.5, Precision.Fp32).Item().ShouldBe(apart, 1e-6);
        double.IsFinite(signed.Loss(Faces(48, "one"), Faces(256, "other"), Precision.Fp32).Item()).ShouldBeTrue();

        static Tensor Faces(int side, string name)
        {
            var values = new float[3 * side * side];
            Fixtures.Numbers.Fill(values, name);
            return Tensor.Of(values, 1, 3, side, side);
        }
    }

    /// <summary>A checkpoint as the authors' TensorFlow names and turns it, written here.</summary>
    [Fact]
    public void The_authors_weights_become_a_model()
    {
        var network = Method.ShippedNetwork(Method.Published);
        using var numbers = new TorchNetwork("published", network, seed: 3);
        var bundle = new BundleFile();
        foreach (var array in numbers.Save())
        {
            var (shape, values) = Turned(array);
            bundle.Add(GwainetNetworkTests.AuthorsName(array.Name), 1, shape, [.. values.SelectMany(BitConverter.GetBytes)]);
        }

        var prefix = Path.Combine(folder, "model.ckpt-54000");
        bundle.Add("beta1_power", 1, [1], new byte[4]).Write(prefix);

        var exported = ModelExport.Import(ImportedCheckpoint.Read(prefix), "gwainet", new TrainingData("their faces", "ask them"), Path.Combine(folder, "authors.onnx"));

        (exported.Card.Input, exported.Card.Output, exported.Card.NeedsGuide).ShouldBe((new PixelSize(32, 32), new PixelSize(256, 256), true));
        using var back = ShippedNetwork.Open(new StoredModel("authors", exported.Path), "back", default);
        back.Save().Select(array => array.ToFloats()).ShouldBe(numbers.Save().Select(array => array.ToFloats()));
    }

    /// <summary>From [out, in, height, width] to TensorFlow's [height, width, in, out].</summary>
    private static (long[] Shape, float[] Values) Turned(StoredArray array)
    {
        if (array.Shape is not [var outs, var ins, var height, var width])
        {
            return ([.. array.Shape], array.ToFloats());
        }

        var (from, to) = (array.ToFloats(), new float[outs * ins * height * width]);
        for (var i = 0L; i < from.Length; i++)
        {
            var (x, y, channel, output) = (i % width, i / width % height, i / (width * height) % ins, i / (width * height * ins));
            to[((y * width + x) * ins + channel) * outs + output] = from[i];
        }

        return ([height, width, ins, outs], to);
    }

    private static CheckpointState State => new() { Iteration = 1, Recipe = "", Threads = 1, Faces = 1 };

    private static Recipe Parse(params string[] changes) => RecipeFile.Parse("method: gwainet", "of the test", changes);

    private static TrainingPhase Phase(GwainetRecipe recipe, string name) => Method.Phases(recipe).Single(phase => phase.Name == name);

    private FaceDataset Dataset(TrainingPhase phase) => FaceDataset.Load(faces.Open(), "train", phase.Data, seed: 1);

    private IReadOnlyList<string> LossNames(GwainetRecipe recipe)
    {
        var phase = Phase(recipe, "adversarial");
        using var stage = phase.Create(Stages.Setting);
        return [.. Step(stage, Dataset(phase).Batch(0, 2), 0).Select(loss => loss.Name)];
    }

    private static IReadOnlyList<LossValue> Step(ITrainingStage stage, FaceBatch batch, long iteration)
    {
        using var scope = new TensorScope();
        return stage.Step(batch, iteration).Values();
    }

    private static Dictionary<string, float[]> Numbers(ITrainingStage stage) =>
        stage.Networks.SelectMany(network => network.Save().Select(array => (Name: $"{network.Name}/{array.Name}", Values: array.ToFloats()))).ToDictionary(pair => pair.Name, pair => pair.Values);

    private static Image Plain(int side, float value) => new(side, side, [.. Enumerable.Repeat(value, 3 * side * side)]);

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
