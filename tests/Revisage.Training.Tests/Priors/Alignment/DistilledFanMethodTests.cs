using Revisage.Data;
using Revisage.Data.GroundTruth;
using Revisage.Restoration;
using Revisage.Torch;
using Revisage.Training.Priors.Alignment;
using Revisage.Training.Runs;
using Revisage.Training.Tests.Runs;
using Revisage.Training.Torch;

namespace Revisage.Training.Tests.Priors.Alignment;

[Trait("Category", "torch")]
public sealed class DistilledFanMethodTests : IDisposable
{
    private static readonly DistilledFanRecipe Recipe = new()
    {
        Method = "distilled-fan",
        Precision = Precision.Fp32,
        Data = new DataOptions { HighRes = 64, LowRes = 0, Range = ValueRange.Unit },
    };

    private readonly SyntheticFaces faces = new(train: 4, val: 2, side: 64, hr: 64, annotated: true);
    private readonly TensorScope scope = new();

    public void Dispose()
    {
        scope.Dispose();
        faces.Dispose();
    }

    [Fact]
    public void Landmarks_teach_as_Gaussians()
    {
        var batch = Batch();
        using var stage = new DistilledFanMethod().FirstStage(Recipe);
        using var untrained = new TorchNetwork("untrained", new DistilledFanNetwork(), Recipe.Seed);
        var maps = untrained.Forward(batch.HighResTensor(default), new ForwardMode(Training: true, Precision.Fp32)).ToArray();
        var drawn = new float[maps.Length];
        for (var i = 0; i < batch.Size; i++)
        {
            LandmarkHeatmaps.Draw(batch.LandmarksOf(i), 1, 64, LandmarkHeatmaps.FanSigma, drawn.AsSpan(i * 68 * 64 * 64, 68 * 64 * 64));
        }

        var loss = stage.Step(batch, 0).Values()[0];

        loss.Value.ShouldBe(maps.Zip(drawn, (a, b) => (double)(a - b) * (a - b)).Average(), 1e-5);
    }

    [Fact]
    public void A_teachers_maps_take_their_place()
    {
        var batch = Batch();
        var file = Path.Combine(faces.Folder, "fan.safetensors");
        using var fan = new TorchNetwork("fan", new FanNetwork(new FanOptions()), seed: 3);
        using (var stream = File.Create(file))
        {
            Safetensors.Write(stream, [.. fan.Save()]);
        }

        using var stage = new DistilledFanMethod().FirstStage(Recipe with { Teacher = file });
        using var untrained = new TorchNetwork("untrained", new DistilledFanNetwork(), Recipe.Seed);
        var maps = untrained.Forward(batch.HighResTensor(default), new ForwardMode(Training: true, Precision.Fp32)).ToArray();
        var taught = fan.Forward(batch.HighResTensor(default).UpsampleBilinear2d(256, 256, alignCorners: false), new ForwardMode(Training: false, Precision.Fp32)).ToArray();

        var loss = stage.Step(batch, 0).Values()[0];

        loss.Value.ShouldBe(maps.Zip(taught, (a, b) => (double)(a - b) * (a - b)).Average(), 1e-3 * loss.Value);
        stage.Networks.ShouldAllBe(network => network.Name.StartsWith("network", StringComparison.Ordinal), "checkpoints do not hold the teacher");
    }

    /// <summary>Table 1's error.</summary>
    [Fact]
    public void With_a_teacher_validation_tells_how_far_from_its_points_the_networks_lie()
    {
        var file = Path.Combine(faces.Folder, "fan.safetensors");
        using (var fan = new TorchNetwork("fan", new FanNetwork(new FanOptions()), seed: 3))
        using (var stream = File.Create(file))
        {
            Safetensors.Write(stream, [.. fan.Save()]);
        }

        using var stage = new DistilledFanMethod().FirstStage(Recipe);
        ValidationResult Run(DistilledFanRecipe recipe) =>
            new DistilledFanMethod().CreateValidation(recipe, new ValidationFaces(faces.Open(), recipe.Data, recipe.Report)).Run(stage);

        var (alone, taught) = (Run(Recipe), Run(Recipe with { Teacher = file }));

        alone.Metrics.Select(metric => metric.Name).ShouldBe(["nme"]);
        taught.Metrics.Select(metric => metric.Name).ShouldBe(["nme", "nme_teacher"]);
        taught.Metrics[1].Value.ShouldBeInRange(1, 150);
        taught.Metrics[1].Value.ShouldNotBe(taught.Metrics[0].Value);
        taught.Score.ShouldBe(alone.Score);
    }

    [Fact]
    public void A_teacher_wants_faces_of_its_maps_size() =>
        Should.Throw<RevisageException>(() => new DistilledFanMethod().Check(Recipe with { Teacher = "fan.pth", Data = Recipe.Data with { HighRes = 128 } }))
            .Message.ShouldBe("FAN teaches maps of 64x64, but data.high_res is 128. Set it to 64, or name no teacher.");

    private FaceBatch Batch() => FaceDataset.Load(faces.Open(), "train", Recipe.Data, 1).Batch(0, 2);
}
