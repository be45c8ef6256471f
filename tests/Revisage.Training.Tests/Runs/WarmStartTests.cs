using Revisage.Data;
using Revisage.Restoration;
using Revisage.Training.Methods.Edsr;
using Revisage.Training.Onnx;
using Revisage.Training.Runs;
using Revisage.Training.Torch;
using TrainingRun = Revisage.Training.Runs.TrainingRun;

namespace Revisage.Training.Tests.Runs;

[Trait("Category", "torch")]
[Collection(RunsAlone.Name)]
public sealed class WarmStartTests : IDisposable
{
    private static readonly EdsrRecipe Recipe = new()
    {
        Method = "edsr",
        Iterations = 2,
        Batch = 2,
        Precision = Precision.Fp32,
        Network = new EdsrOptions { Channels = 4, Blocks = 1 },
        LearningRate = new LearningRate { Peak = 1e-2 },
        Data = new DataOptions { Range = ValueRange.Signed },
        Report = new ReportOptions { LogEvery = 1, ValidateEvery = 2, ValidationImages = 2, CheckpointEvery = 1, PictureRows = 2 },
    };

    private readonly SyntheticFaces faces = new(train: 3, val: 2, side: 132, hr: 128);
    private readonly string folder = Directory.CreateTempSubdirectory("revisage-warm-").FullName;
    private readonly string model;

    public WarmStartTests()
    {
        model = Path.Combine(folder, "trained.onnx");
        Start(Recipe, "first");
        ModelExport.Write(Path.Combine(folder, "first", "checkpoint.safetensors"), model);
    }

    public void Dispose()
    {
        faces.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void A_run_begins_with_the_weights_of_the_model_that_fit_and_counts_its_images()
    {
        var trained = Checkpoint.Load(Path.Combine(folder, "first", "checkpoint.safetensors")).WeightsOf("generator.average");
        // A deeper network of the same width: the convolution behind the last block has another name.
        Start(Recipe with { Iterations = 1, LearningRate = new LearningRate { Peak = 0 }, Network = Recipe.Network with { Blocks = 2 }, Start = model }, "second");

        var second = Checkpoint.Load(Path.Combine(folder, "second", "checkpoint.safetensors"));
        var begun = second.WeightsOf("generator");
        begun.Count.ShouldBeGreaterThan(trained.Count);
        trained.Keys.Where(path => !begun.ContainsKey(path)).ShouldBe(["body.1.weight", "body.1.bias"]);
        foreach (var (path, array) in trained.Where(named => begun.ContainsKey(named.Key)))
        {
            begun[path].ToFloats().ShouldBe(array.ToFloats(), path);
            second.WeightsOf("generator.average")[path].ToFloats().ShouldBe(array.ToFloats(), path);
        }

        second.State.Images.ShouldBe(2 * 2 + 2);
    }

    [Fact]
    public void Where_it_lay_is_not_told_by_what_ships()
    {
        Start(Recipe with { Start = model }, "second");

        ModelExport.Write(Path.Combine(folder, "second", "checkpoint.safetensors"), Path.Combine(folder, "again.onnx"));

        ShippedNetwork.Read(new StoredModel("again", Path.Combine(folder, "again.onnx"))).Recipe.Start.ShouldBe("trained");
    }

    [Fact]
    public void A_model_of_which_nothing_fits_is_refused() =>
        Should.Throw<RevisageException>(() => Start(Recipe with { Network = Recipe.Network with { Channels = 5 }, Start = model }, "other")).Message
            .ShouldContain("weights of 'trained' have the name and shape of one of the network of 'edsr'. Name a model of the same method and width.");

    [Fact]
    public void A_model_of_another_range_is_refused() =>
        Should.Throw<RevisageException>(() => Start(Recipe with { Data = Recipe.Data with { Range = ValueRange.Unit }, Start = model }, "other")).Message
            .ShouldBe("start: 'trained' works in the range signed, but data.range is unit. Set data.range to the model's.");

    private void Start(EdsrRecipe recipe, string name) =>
        TrainingRun.Start(recipe, new TrainingRunOptions(faces.Folder, Path.Combine(folder, name)) { Threads = 1 }, new Silent(), default);

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
