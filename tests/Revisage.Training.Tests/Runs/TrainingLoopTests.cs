using Revisage.Data;
using Revisage.Restoration;
using Revisage.Training.Methods.Edsr;
using Revisage.Training.Runs;
using Revisage.Training.Torch;

namespace Revisage.Training.Tests.Runs;

/// <summary>One phase after another, and the end of one by patience.</summary>
[Trait("Category", "torch")]
[Collection(RunsAlone.Name)]
public sealed class TrainingLoopTests : IDisposable
{
    private static readonly EdsrRecipe Recipe = new()
    {
        Method = "edsr",
        Iterations = 4,
        Batch = 2,
        Precision = Precision.Fp32,
        Network = new EdsrOptions { Channels = 4, Blocks = 1 },
        Data = new DataOptions { HighRes = 32, LowRes = 4, Range = ValueRange.Signed },
        Report = new ReportOptions { LogEvery = 1, ValidateEvery = 2, ValidationImages = 1, CheckpointEvery = 100 },
    };

    private readonly SyntheticFaces faces = new(train: 5, val: 1, side: 32, hr: 32);
    private readonly string folder = Directory.CreateTempSubdirectory("revisage-loop-").FullName;

    public void Dispose()
    {
        faces.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void A_phase_begins_with_the_weights_and_behind_the_samples_of_the_one_before()
    {
        var run = RunFolder.Create(Path.Combine(folder, "run"));
        Run(Phase("content"), run, null, new Scores(1, 2, 3)).ShouldBe(TrainingEnd.Complete);
        var content = Checkpoint.Load(run.Checkpoint);
        (content.State.Phase, content.State.Iteration, content.State.FirstSample, content.State.NextSample).ShouldBe(("content", 4, 0, 8));

        // Nothing learned yet: what the second phase begins with.
        Run(Phase("adversarial", iterations: 0), run, content, new Scores(1)).ShouldBe(TrainingEnd.Complete);

        var adversarial = Checkpoint.Load(run.Checkpoint);
        (adversarial.State.Phase, adversarial.State.Iteration, adversarial.State.FirstSample).ShouldBe(("adversarial", 0, 8));
        Bytes(adversarial, "generator").ShouldBe(Bytes(content, "generator"));
        Bytes(adversarial, "generator.average").ShouldBe(Bytes(content, "generator.average"));
        adversarial.State.BestScore.ShouldBe(1);
        adversarial.State.Elapsed.ShouldBeGreaterThanOrEqualTo(content.State.Elapsed);
    }

    [Theory]
    [InlineData(true, 4)]
    [InlineData(false, 0)]
    public void Optimisers_go_on_where_the_phase_says_so(bool kept, long steps)
    {
        var run = RunFolder.Create(Path.Combine(folder, "run"));
        Run(Phase("one"), run, null, new Scores(1, 2, 3));
        var one = Checkpoint.Load(run.Checkpoint);
        using var stage = new EdsrMethod().FirstStage(Recipe);

        one.HandOver(stage, kept);

        stage.Optimizers[0].Optimizer.Steps.ShouldBe(steps);
    }

    [Fact]
    public void A_phase_ends_when_its_score_has_not_risen_for_so_many_validations()
    {
        var run = RunFolder.Create(Path.Combine(folder, "run"));

        // Validated at 0, 2, 4, 6, 8: the best at 4, and no better at 6 and 8.
        Run(Phase("content", iterations: 100, patience: 2), run, null, new Scores(1, 2, 5, 4, 4.5, 9)).ShouldBe(TrainingEnd.Complete);

        var last = Checkpoint.Load(run.Checkpoint).State;
        (last.Iteration, last.BestIteration, last.BestScore).ShouldBe((8, 4, 5));
        Checkpoint.Load(run.Best).State.Iteration.ShouldBe(4);
        // Resumed, it knows that it is over.
        Run(Phase("content", iterations: 100, patience: 2), run, null, new Scores(), Checkpoint.Load(run.Checkpoint)).ShouldBe(TrainingEnd.Complete);
        Checkpoint.Load(run.Checkpoint).State.Iteration.ShouldBe(8);
    }

    [Fact]
    public void Another_network_of_that_name_is_refused()
    {
        using var small = new EdsrMethod().FirstStage(Recipe);
        using var wide = new EdsrMethod().FirstStage(Recipe with { Network = new EdsrOptions { Channels = 8, Blocks = 1 } });
        var checkpoint = Checkpoint.Of(small, new CheckpointState { Iteration = 0, Recipe = "", Threads = 1, Faces = 1 });

        Should.Throw<RevisageException>(() => checkpoint.HandOver(wide, optimizers: false)).Message.ShouldStartWith("'head.weight' of 'generator' should be 8x3x3x3");
    }

    private static TrainingPhase Phase(string name, long iterations = 4, int patience = 0) =>
        new(name, Recipe.Schedule with { Iterations = iterations, Patience = patience }, Recipe.Data, setting => new EdsrMethod().Phases(Recipe)[0].Create(setting));

    private TrainingEnd Run(TrainingPhase phase, RunFolder run, Checkpoint? handedOver, IValidation validation, Checkpoint? resumed = null)
    {
        using var stage = phase.Create(Stages.Setting);
        var dataset = FaceDataset.Load(faces.Open(), "train", Recipe.Data, Recipe.Seed);
        return new TrainingLoop(stage, phase, Recipe, dataset, validation, run).Run(resumed, handedOver, new Silent(), default);
    }

    private static string[] Bytes(Checkpoint checkpoint, string network) =>
        [.. checkpoint.WeightsOf(network).Select(array => $"{array.Key} {Convert.ToHexString(array.Value.Bytes.Span)}")];

    /// <summary>What each validation in turn says.</summary>
    private sealed class Scores(params double[] scores) : IValidation
    {
        private int next;

        public ValidationResult Run(ITrainingStage stage) => new(1, scores[next++], [], null);
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
