using Revisage.Data;
using Revisage.Data.Augmentation;
using Revisage.Restoration;
using Revisage.Torch;
using Revisage.Training.Losses;
using Revisage.Training.Methods.Edsr;
using Revisage.Training.Runs;
using Revisage.Training.Torch;
using TrainingRun = Revisage.Training.Runs.TrainingRun;

namespace Revisage.Training.Tests.Runs;

[Trait("Category", "torch")]
[Collection(RunsAlone.Name)]
public sealed class TrainingRunTests : IDisposable
{
    private static readonly EdsrRecipe Recipe = new()
    {
        Method = "edsr",
        Iterations = 6,
        Batch = 2,
        Precision = Precision.Fp32,
        Network = new EdsrOptions { Channels = 4, Blocks = 1 },
        LearningRate = new LearningRate { Peak = 1e-3, Warmup = 2, CosineFloor = 0.1 },
        Data = new DataOptions { Range = ValueRange.Signed, Augmentation = new AugmentationOptions { Shift = 2 } },
        Report = new ReportOptions { LogEvery = 1, ValidateEvery = 3, ValidationImages = 2, CheckpointEvery = 2, PictureRows = 2 },
    };

    private readonly SyntheticFaces faces = new(train: 5, val: 2, side: 132, hr: 128);
    private readonly string folder = Directory.CreateTempSubdirectory("revisage-run-").FullName;

    public void Dispose()
    {
        faces.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void A_stopped_or_killed_run_goes_on_to_the_same_bits()
    {
        var whole = Options("whole");
        var killed = Options("killed");
        Directory.CreateDirectory(killed.Run);
        // What a run killed after its third iteration leaves: the checkpoint of the second.
        Start(Recipe, whole, progress =>
        {
            if (progress.Iteration == 3)
            {
                File.Copy(Path.Combine(whole.Run, "checkpoint.safetensors"), Path.Combine(killed.Run, "checkpoint.safetensors"));
            }
        }).ShouldBe(TrainingEnd.Complete);

        var stopped = Options("stopped");
        using var stop = new CancellationTokenSource();
        var seen = new List<long>();
        TrainingRun.Start(Recipe, stopped, new Observer(progress =>
        {
            seen.Add(progress.Iteration);
            if (progress.Iteration == 3)
            {
                stop.Cancel();
            }
        }), stop.Token).ShouldBe(TrainingEnd.Stopped);
        StateOf(stopped).Iteration.ShouldBe(3);

        TrainingRun.Resume(stopped, new Observer(progress => seen.Add(progress.Iteration)), default).ShouldBe(TrainingEnd.Complete);
        TrainingRun.Resume(killed, new Observer(_ => { }), default).ShouldBe(TrainingEnd.Complete);

        seen.ShouldBe([1, 2, 3, 4, 5, 6]);
        Arrays(stopped).ShouldBe(Arrays(whole));
        Arrays(killed).ShouldBe(Arrays(whole));
        StateOf(whole).Iteration.ShouldBe(6);
        StateOf(stopped).BestScore.ShouldBe(StateOf(whole).BestScore);
    }

    [Fact]
    public void Sizes_that_do_not_agree_are_refused_before_anything_is_decoded() =>
        Should.Throw<RevisageException>(() => Start(Recipe with { Data = Recipe.Data with { HighRes = 64 } }, Options("run"), _ => { }))
            .Message.ShouldStartWith("The recipe's network makes 3x128x128 from faces of 16 pixels, but data.high_res is 64.");

    [Fact]
    public void A_resumed_run_takes_more_iterations_or_is_complete_with_fewer()
    {
        var options = Options("run");
        Start(Recipe with { Iterations = 3 }, options, _ => { });

        TrainingRun.Resume(options with { Overrides = ["iterations=4"] }, new Observer(_ => { }), default).ShouldBe(TrainingEnd.Complete);
        StateOf(options).Iteration.ShouldBe(4);

        TrainingRun.Resume(options with { Overrides = ["iterations=2"] }, new Observer(_ => { }), default).ShouldBe(TrainingEnd.Complete);
        StateOf(options).Iteration.ShouldBe(4);
    }

    [Fact]
    public void Another_seed_reaches_other_bits()
    {
        Start(Recipe with { Iterations = 2 }, Options("one"), _ => { });
        Start(Recipe with { Iterations = 2, Seed = 2 }, Options("two"), _ => { });

        Arrays(Options("one")).ShouldNotBe(Arrays(Options("two")));
    }

    [Fact]
    public void A_run_leaves_its_recipe_log_pictures_events_and_best_weights()
    {
        var options = Options("run");

        Start(Recipe, options, _ => { });

        RecipeFile.Parse(File.ReadAllText(Path.Combine(options.Run, "recipe.yaml")), "'recipe.yaml'", []).Batch.ShouldBe(2);
        var log = File.ReadAllLines(Path.Combine(options.Run, "train.log"));
        log.Count(line => line.StartsWith("step ", StringComparison.Ordinal)).ShouldBe(6);
        log.Count(line => line.StartsWith("validation ", StringComparison.Ordinal)).ShouldBe(3);
        Directory.GetFiles(Path.Combine(options.Run, "pictures")).Select(Path.GetFileName).Order().ShouldBe(["train-0000000.png", "train-0000003.png", "train-0000006.png"]);
        Directory.GetFiles(Path.Combine(options.Run, "tensorboard", "train")).ShouldHaveSingleItem();
        Checkpoint.Load(Path.Combine(options.Run, "best.safetensors")).State.BestScore.ShouldNotBeNull();
        StateOf(options).Threads.ShouldBe(1);
    }

    [Fact]
    public void Training_leaves_nothing_to_the_finaliser_and_no_tensor_behind()
    {
        Collect();
        var (left, live) = (TensorScope.LeftToFinaliser, TensorScope.Live);

        Start(Recipe with { Precision = Precision.Bf16 }, Options("run"), _ => { });

        Collect();
        TensorScope.LeftToFinaliser.ShouldBe(left);
        TensorScope.Live.ShouldBe(live);

        static void Collect()
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            using var drain = new TensorScope();
        }
    }

    [Fact]
    public void A_loss_that_is_no_number_stops_the_run_and_keeps_the_last_checkpoint()
    {
        var options = Options("diverging");
        var recipe = Recipe with { LearningRate = new LearningRate { Peak = 1e30 }, Report = Recipe.Report with { CheckpointEvery = 1 } };

        var message = Should.Throw<LossNotFiniteException>(() => Start(recipe, options, _ => { })).Message;

        message.ShouldStartWith("The loss 'pixel' is ");
        message.ShouldContain("Iteration 1, samples 2 to 3.");
        message.ShouldEndWith($"'{Path.Combine(options.Run, "checkpoint.safetensors")}' holds the last good state; resume with a lower learning_rate.peak.");
        StateOf(options).Iteration.ShouldBe(1);
    }

    [Theory]
    [InlineData(Precision.Fp32)]
    [InlineData(Precision.Bf16)]
    public void One_batch_is_learned_by_heart(Precision precision)
    {
        var recipe = Recipe with
        {
            Precision = precision,
            Iterations = 150,
            AverageDecay = 0.5,
            LearningRate = new LearningRate { Peak = 5e-3 },
            Data = Recipe.Data with { HighRes = 32, LowRes = 4 },
        };
        using var scope = new TensorScope();
        using var stage = new EdsrMethod().FirstStage(recipe);
        var batch = FaceDataset.Load(faces.Open(), "train", recipe.Data, 1).Batch(0, 2);
        var before = Psnr();
        for (var iteration = 0; iteration < recipe.Iterations; iteration++)
        {
            using var step = new TensorScope();
            stage.Step(batch, iteration);
        }

        Psnr().ShouldBeGreaterThan(before + 5);

        double Psnr()
        {
            var error = PixelLoss.L2(stage.Infer(batch.LowResTensor(default)), batch.HighResTensor(default)).Item();
            return 10 * Math.Log10(4 / error);    // [-1, 1] is 2 wide.
        }
    }

    [Fact]
    public void A_folder_that_holds_a_run_is_not_overwritten()
    {
        var options = Options("run");
        Start(Recipe with { Iterations = 1 }, options, _ => { });

        Should.Throw<RevisageException>(() => Start(Recipe, options, _ => { }))
            .Message.ShouldBe($"'{options.Run}' already holds a run. Go on with it by --resume, or name another folder with -o.");
    }

    [Fact]
    public void Nothing_to_resume_is_said() =>
        Should.Throw<RevisageException>(() => TrainingRun.Resume(Options("none"), new Observer(_ => { }), default))
            .Message.ShouldBe($"There is nothing to resume in '{Options("none").Run}': no checkpoint.safetensors. Start a run without --resume.");

    [Fact]
    public void Data_without_a_training_split_is_refused()
    {
        using var onlyVal = new SyntheticFaces(train: 0, val: 1, side: 132, hr: 128);

        Should.Throw<RevisageException>(() => Start(Recipe, Options("run") with { Data = onlyVal.Folder }, _ => { })).Message.ShouldContain("'train'");
    }

    [Fact]
    public void Faces_that_do_not_fill_a_batch_are_refused_before_the_first_step()
    {
        Should.Throw<RevisageException>(() => Start(Recipe with { Batch = 6 }, Options("run"), _ => throw new InvalidOperationException("It began."))).Message
            .ShouldEndWith($"has 6 faces, but '{faces.Folder}' has 5 that the recipe learns from. Prepare more, or lower the phase's batch to 5 or less.");
        File.Exists(Path.Combine(Options("run").Run, "train.log")).ShouldBeFalse();
    }

    private static TrainingEnd Start(EdsrRecipe recipe, TrainingRunOptions options, Action<TrainingProgress> logged) =>
        TrainingRun.Start(recipe, options, new Observer(logged), default);

    private TrainingRunOptions Options(string name) => new(faces.Folder, Path.Combine(folder, name)) { Threads = 1 };

    private static CheckpointState StateOf(TrainingRunOptions options) => Checkpoint.Load(Path.Combine(options.Run, "checkpoint.safetensors")).State;

    /// <summary>Every array of the checkpoint: weights, averages, moments, steps, random state.</summary>
    private static Dictionary<string, string> Arrays(TrainingRunOptions options) =>
        Safetensors.Read(File.ReadAllBytes(Path.Combine(options.Run, "checkpoint.safetensors"))).Arrays
            .ToDictionary(array => array.Name, array => Convert.ToHexString(array.Bytes.Span));

    private sealed class Observer(Action<TrainingProgress> logged) : ITrainingObserver
    {
        public void Logged(TrainingProgress progress) => logged(progress);

        public void Validated(long iteration, ValidationResult result, bool best)
        {
        }
    }
}
