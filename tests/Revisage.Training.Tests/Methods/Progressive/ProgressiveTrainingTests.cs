using Revisage.Data;
using Revisage.Restoration;
using Revisage.Torch;
using Revisage.Training.Losses;
using Revisage.Training.Methods;
using Revisage.Training.Methods.Progressive;
using Revisage.Training.Onnx;
using Revisage.Training.Runs;
using Revisage.Training.Tests.Runs;
using Revisage.Training.Torch;
using TrainingRun = Revisage.Training.Runs.TrainingRun;

namespace Revisage.Training.Tests.Methods.Progressive;

/// <summary>The three steps on faces of 4 to 32 pixels, and what each ablation leaves out of them.</summary>
[Trait("Category", "torch")]
[Collection(RunsAlone.Name)]
public sealed class ProgressiveTrainingTests : IDisposable
{
    private const string Tiny = """
        method: progressive
        network: {channels: 8}
        critic: {channels: 8}
        iterations: 2
        batch: 2
        precision: fp32
        step2: {iterations: 2, batch: 2}
        step3: {iterations: 2, batch: 2}
        data: {high_res: 32, low_res: 4}
        report: {log_every: 1, validate_every: 2, validation_images: 2, checkpoint_every: 1, picture_rows: 1}
        """;

    private static readonly string[] CriticTerms = ["critic", "drift", "penalty"];

    private static readonly Method Method = MethodCatalog.Find("progressive");

    private readonly SyntheticFaces faces = new(train: 6, val: 2, side: 64, hr: 64);
    private readonly string folder = Directory.CreateTempSubdirectory("revisage-progressive-").FullName;

    /// <summary>The override, and the generator's losses of each step with it, in order.</summary>
    public static TheoryData<string, string[]> Ablations => new()
    {
        { "", ["pixel adversarial face_features", "pixel adversarial face_features heatmap attention", "pixel adversarial face_features heatmap attention"] },
        { "perceptual.weight=0", ["pixel adversarial", "pixel adversarial heatmap attention", "pixel adversarial heatmap attention"] },
        { "weights.heatmap=[0,0,0]", ["pixel adversarial face_features", "pixel adversarial face_features attention", "pixel adversarial face_features attention"] },
        { "weights.attention=[0,0,0]", ["pixel adversarial face_features", "pixel adversarial face_features heatmap", "pixel adversarial face_features heatmap"] },
        { "weights.heatmap=[0,0,0] weights.attention=[0,0,0] perceptual.weight=0", ["pixel adversarial", "pixel adversarial", "pixel adversarial"] },
        { "weights.adversarial=[0,0,0]", ["pixel face_features", "pixel face_features heatmap attention", "pixel face_features heatmap attention"] },
        { "weights.adversarial=[0,0,0] perceptual.weight=0", ["pixel", "pixel heatmap attention", "pixel heatmap attention"] },
        { "progressive=false", ["pixel adversarial face_features heatmap attention"] },
        { "pixel=L2", ["pixel adversarial face_features", "pixel adversarial face_features heatmap attention", "pixel adversarial face_features heatmap attention"] },
    };

    public void Dispose()
    {
        faces.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [MemberData(nameof(Ablations))]
    public void An_ablation_leaves_out_its_losses_and_what_they_look_through(string changes, string[] expected)
    {
        var recipe = Recipe(changes.Split(' ', StringSplitOptions.RemoveEmptyEntries));

        var losses = Method.Phases(recipe).Select(phase => FirstLosses(phase).Select(loss => loss.Name).ToArray()).ToArray();

        var critics = losses.Select(names => names.Contains("adversarial") ? CriticTerms : []);
        losses.ShouldBe(expected.Zip(critics, (names, critic) => names.Split(' ').Concat(critic)));
        var terms = losses.SelectMany(names => names).ToHashSet();
        string[] priors = [.. terms.Contains("face_features") ? ["face-features"] : Array.Empty<string>(), .. terms.Contains("heatmap") || terms.Contains("attention") ? ["distilled-fan"] : Array.Empty<string>()];
        Method.Priors(recipe).ShouldBe(priors);
    }

    [Fact]
    public void Without_an_adversarial_loss_there_is_no_critic()
    {
        using var stage = Method.Phases(Recipe("weights.adversarial=[0,0,0]"))[2].Create(Stages.Setting);

        stage.Networks.Select(network => network.Name).ShouldBe(["generator", "generator.average"]);
        stage.Optimizers.ShouldAllBe(named => named.Name.StartsWith("generator.", StringComparison.Ordinal));
    }

    [Fact]
    public void The_squared_pixel_loss_is_another_and_the_attention_the_same()
    {
        var absolute = FirstLosses(Method.Phases(Recipe())[2]).ToDictionary(loss => loss.Name, loss => loss.Value);
        var squared = FirstLosses(Method.Phases(Recipe("pixel=L2"))[2]).ToDictionary(loss => loss.Name, loss => loss.Value);

        squared["attention"].ShouldBe(absolute["attention"]);
        // Of differences that are not all alike, the mean square is more than the squared mean.
        squared["pixel"].ShouldBeGreaterThan(absolute["pixel"] * absolute["pixel"]);
        Math.Abs(squared["pixel"] - absolute["pixel"]).ShouldBeGreaterThan(1e-3);
    }

    [Fact]
    public void Each_step_has_faces_of_its_size_made_as_those_of_the_end_are()
    {
        var phases = Method.Phases(RecipeFile.Parse("method: progressive", "of the test", []));

        phases.Select(phase => (phase.Name, phase.Data.HighRes, phase.Data.LowRes, phase.Data.CutSide, phase.Schedule.Iterations))
            .ShouldBe([("step1", 32, 16, 128, 50_000), ("step2", 64, 16, 128, 50_000), ("step3", 128, 16, 128, 100_000)]);

        var small = phases.Select(phase =>
        {
            using var full = new SyntheticFaces(train: 1, val: 1, side: 128, hr: 128);
            return FaceDataset.Load(full.Open(), "train", phase.Data, seed: 1).Batch(0, 1).LowRes;
        }).ToArray();
        small[0].ShouldBe(small[2]);
        small[1].ShouldBe(small[2]);
    }

    /// <summary>Parts that are out of use take no step, and Adam goes on where it was.</summary>
    [Fact]
    public void The_steps_follow_one_another_and_a_stopped_run_goes_on_to_the_same_bits()
    {
        // SSIM wants 11 pixels.
        var recipe = Recipe("data.low_res=8", "data.high_res=64");
        var whole = Options("whole");
        var entered = new List<string>();
        TrainingRun.Start(recipe, whole, new Observer(_ => { }, entered.Add), default).ShouldBe(TrainingEnd.Complete);

        entered.ShouldBe(["step1", "step2", "step3"]);
        var checkpoint = Arrays(whole, "checkpoint");
        long Steps(string part) => BitConverter.ToInt64(Convert.FromHexString(checkpoint[$"{part}.optimizer:steps"]));
        // Two iterations each; a step fades in during the first of its two, and takes the colours of the one before along.
        foreach (var (network, colours) in new[] { ("generator", "to_rgb"), ("critic", "from_rgb") })
        {
            new[] { "step1", "step2", "step3" }.Select(part => Steps($"{network}.{part}")).ShouldBe([6, 4, 2]);
            new[] { 0, 1, 2 }.Select(part => Steps($"{network}.{colours}.{part}")).ShouldBe([3, 3, 2]);
        }

        Arrays(whole, "step1")["generator/to_rgb.1.weight"].ShouldNotBe(Arrays(whole, "step2")["generator/to_rgb.1.weight"]);
        Arrays(whole, "step2")["generator/to_rgb.0.weight"].ShouldBe(checkpoint["generator/to_rgb.0.weight"]);

        var stopped = Options("stopped");
        using var stop = new CancellationTokenSource();
        var seen = 0;
        TrainingRun.Start(recipe, stopped, new Observer(_ =>
        {
            if (++seen == 3)
            {
                stop.Cancel();
            }
        }, _ => { }), stop.Token).ShouldBe(TrainingEnd.Stopped);
        Checkpoint.Load(Path.Combine(stopped.Run, "checkpoint.safetensors")).State.Phase.ShouldBe("step2");
        TrainingRun.Resume(stopped, new Observer(_ => { }, _ => { }), default).ShouldBe(TrainingEnd.Complete);
        Arrays(stopped, "checkpoint").ShouldBe(checkpoint);
    }

    /// <summary>The whole network is in every step's checkpoint, the later steps as random numbers left them.</summary>
    [Fact]
    public void A_step_whose_network_is_not_trained_to_the_end_is_not_exported_and_the_card_counts_all_steps()
    {
        var run = Options("run");
        TrainingRun.Start(Recipe("data.low_res=8", "data.high_res=64", "step2.batch=3"), run, new Observer(_ => { }, _ => { }), default);
        var model = Path.Combine(folder, "progressive.onnx");

        var refused = Should.Throw<RevisageException>(() => ModelExport.Write(Path.Combine(run.Run, "step2.safetensors"), model)).Message;

        refused.ShouldContain("step2.safetensors' is of the phase 'step2', in which parts of progressive's network have not been trained yet");
        refused.ShouldEndWith("Train on with --resume, or name a checkpoint of the phase 'step3'.");
        File.Exists(model).ShouldBeFalse();
        ModelExport.Write(Path.Combine(run.Run, "checkpoint.safetensors"), model).Card.Run!.ImagesShown.ShouldBe(2 * 2 + 2 * 3 + 2 * 2);
    }

    [Fact]
    public void An_older_checkpoint_that_does_not_tell_what_was_trained_is_judged_by_its_step()
    {
        var recipe = Recipe();
        var path = Path.Combine(folder, "old.safetensors");
        using (var stage = Method.Phases(recipe)[1].Create(Stages.Setting))
        {
            Checkpoint.Of(stage, new CheckpointState { Phase = "step2", Iteration = 1, Recipe = RecipeFile.ToYaml(recipe), Threads = 1, Faces = 1 }).Save(path);
        }

        var file = Safetensors.Read(File.ReadAllBytes(path));
        using (var stream = File.Create(path))
        {
            Safetensors.Write(stream, [.. file.Arrays.Where(array => !array.Name.Contains(":updates/", StringComparison.Ordinal))], file.Metadata.Where(pair => pair.Key != "images").ToDictionary());
        }

        Should.Throw<RevisageException>(() => ModelExport.Write(path, Path.Combine(folder, "old.onnx"))).Message.ShouldContain("of the phase 'step2', in which parts of progressive's network");
    }

    [Theory]
    [InlineData(Precision.Fp32)]
    [InlineData(Precision.Bf16)]
    public void Generator_and_critic_learn(Precision precision)
    {
        var recipe = (ProgressiveRecipe)Recipe("iterations=60", "network.channels=32", "critic.channels=32", "learning_rate.peak=3e-3", "weights.adversarial=[1e-6,1,1]") with { Precision = precision };
        var phase = Method.Phases(recipe)[0];
        using var stage = phase.Create(Stages.Setting);
        var batch = FaceDataset.Load(faces.Open(), "train", phase.Data, seed: 1).Batch(0, 6);
        var losses = new List<Dictionary<string, double>>();

        for (var iteration = 0; iteration < 60; iteration++)
        {
            using var scope = new TensorScope();
            losses.Add(stage.Step(batch, iteration).Values().ToDictionary(loss => loss.Name, loss => loss.Value));
        }

        double Last(string name) => losses[^10..].Average(values => values[name]);
        Last("pixel").ShouldBeLessThan(0.7 * losses[0]["pixel"]);
        Last("face_features").ShouldBeLessThan(0.8 * losses[0]["face_features"]);
        // Against a generator that hardly heeds it, the critic scores real faces above made ones.
        Last("critic").ShouldBeLessThan(-0.01);
        Last("penalty").ShouldBeLessThan(losses[0]["penalty"]);
    }

    [Theory]
    [InlineData("network.channels=20", "network.channels is 20, which three halvings do not leave whole. Set a multiple of 8.")]
    [InlineData("critic.channels=0", "critic.channels is 0, ")]
    [InlineData("weights.heatmap=[0, 50]", "weights.heatmap is [0, 50]. Give three numbers from 0 on, one for each step.")]
    [InlineData("weights.pixel=[1, -1, 1]", "weights.pixel is [1, -1, 1]. ")]
    [InlineData("step2.fade_in=1.5", "step2.fade_in is 1.5. Give a share of the step's iterations, from 0 to 1.")]
    [InlineData("step3.batch=0", "step3 has 2 iterations of 0 images. ")]
    [InlineData("data.high_res=64", "The recipe's network makes 3x32x32 from faces of 4 pixels, but data.high_res is 64.")]
    [InlineData("alignment.side=12", "alignment.side is 12, which does not divide the faces' sides. Set 64, or 0 to leave them as they are.")]
    [InlineData("weights: {pixel: [0, 1, 1], adversarial: [0, 1, 1], perceptual: [0, 1, 1]}", "In step 1 every loss has the weight 0. ")]
    public void What_does_not_fit_is_refused_before_anything_is_read(string change, string message)
    {
        var recipe = change.Contains(": {", StringComparison.Ordinal) ? RecipeFile.Parse($"{Tiny}\n{change}", "of the test", []) : Recipe(change);

        Should.Throw<RevisageException>(() => Method.Check(recipe)).Message.ShouldStartWith(message);
    }

    [Fact]
    public void A_model_that_draws_no_heatmaps_is_refused_in_the_first_step()
    {
        Should.Throw<RevisageException>(() => Method.Phases(Recipe("alignment.model=edsr"))[0].Create(Stages.Setting))
            .Message.ShouldStartWith("The model 'edsr' draws no heatmaps of landmarks. Set alignment.model to 'distilled-fan', ");
        Method.Priors(Recipe("alignment.model=fan")).ShouldContain("fan");
    }

    [Fact]
    public void The_distilled_network_sees_faces_as_0_to_1_at_their_own_size_or_averaged()
    {
        using var scope = new TensorScope();
        using var mode = Autograd.WithoutGradients();
        var (x, inUse) = (Tensor.Rand(2, 3, 32, 32), new ForwardMode(Training: false, Precision.Fp32));
        using var network = ShippedNetwork.Open(ModelStore.Default.Find("distilled-fan"), "fan", default);
        using var own = Open(new AlignmentOptions());
        using var averaged = Open(new AlignmentOptions { Side = 16 });

        own.Of(x * 2 - 1).ToArray().ShouldBe(network.Forward(x, inUse).ToArray(), 1e-4f);
        averaged.Of(x * 2 - 1).ToArray().ShouldBe(network.Forward(x.AvgPool2d(2, 2, 0), inUse).ToArray(), 1e-4f);
        averaged.Of((x * 2 - 1).AvgPool2d(2, 2, 0)).Shape.ShouldBe([2, 68, 16, 16]);

        static AlignmentMaps Open(AlignmentOptions options) => AlignmentMaps.Open(options, ValueRange.Signed, Precision.Fp32, Stages.Setting);
    }

    [Fact]
    public void Attention_is_the_largest_heatmap_at_the_faces_size()
    {
        using var scope = new TensorScope();
        var maps = Tensor.Of([0f, 1, 2, 3, 4, 0, 0, 0], 1, 2, 2, 2);

        AlignmentMaps.Attention(maps, side: 2).ToArray().ShouldBe([1, 0.25f, 0.5f, 0.75f]);
        AlignmentMaps.Attention(maps, side: 4).Shape.ShouldBe([1, 1, 4, 4]);
    }

    [Fact]
    public void The_original_network_sees_faces_at_a_size_of_its_own()
    {
        var fan = RecipeFile.Parse("method: fan\nnetwork: {stacks: 1}\ndata: {high_res: 64, low_res: 0}", "of the test", []);
        using (var trained = MethodCatalog.Find("fan").FirstStage(fan))
        {
            Checkpoint.Of(trained, new CheckpointState { Iteration = 1, Recipe = RecipeFile.ToYaml(fan), Threads = 1, Faces = 1 }).Save(Path.Combine(folder, "fan.safetensors"));
        }

        var model = Path.Combine(folder, "fan.onnx");
        ModelExport.Write(Path.Combine(folder, "fan.safetensors"), model);

        using (var scope = new TensorScope())
        using (var maps = AlignmentMaps.Open(new AlignmentOptions { Model = model, Side = 16 }, ValueRange.Signed, Precision.Fp32, Stages.Setting))
        {
            maps.Of(Tensor.Zeros(1, 3, 32, 32)).Shape.ShouldBe([1, 68, 16, 16]);
        }

        FirstLosses(Method.Phases(Recipe($"alignment.model={model}"))[2]).Select(loss => loss.Name).ShouldContain("heatmap");
    }

    private static Recipe Recipe(params string[] changes) => RecipeFile.Parse(Tiny, "of the test", changes);

    private IReadOnlyList<LossValue> FirstLosses(TrainingPhase phase)
    {
        using var scope = new TensorScope();
        using var stage = phase.Create(Stages.Setting);
        return stage.Step(FaceDataset.Load(faces.Open(), "train", phase.Data, seed: 1).Batch(0, 2), 0).Values();
    }

    private TrainingRunOptions Options(string name) => new(faces.Folder, Path.Combine(folder, name)) { Threads = 1 };

    private static Dictionary<string, string> Arrays(TrainingRunOptions options, string file) =>
        Safetensors.Read(File.ReadAllBytes(Path.Combine(options.Run, $"{file}.safetensors"))).Arrays
            .ToDictionary(array => array.Name, array => Convert.ToHexString(array.Bytes.Span));

    private sealed class Observer(Action<TrainingProgress> logged, Action<string> entered) : ITrainingObserver
    {
        public void Logged(TrainingProgress progress) => logged(progress);

        public void Entered(string phase) => entered(phase);

        public void Validated(long iteration, ValidationResult result, bool best)
        {
        }
    }
}
