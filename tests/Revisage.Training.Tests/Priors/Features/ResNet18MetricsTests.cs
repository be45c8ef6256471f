using Revisage.Evaluation;
using Revisage.Faces;
using Revisage.Imaging;
using Revisage.Metrics;
using Revisage.Restoration;
using Revisage.Torch;
using Revisage.Training.Tests.Methods;
using Revisage.Training.Tests.Samples;

namespace Revisage.Training.Tests.Priors.Features;

/// <summary>The two metrics that look through the imported model.</summary>
[Trait("Category", "torch")]
public sealed class ResNet18MetricsTests(ResNet18Package package) : IClassFixture<ResNet18Package>, IDisposable
{
    private const int Count = 6;

    private readonly string folder = Directory.CreateTempSubdirectory("revisage-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Nearer_faces_have_smaller_distances_and_equal_ones_none()
    {
        using var networks = ComparingNetworks.Open(package.Models);
        var faces = Draw(Protocol.Revisage8x.Hr);
        var truths = faces.ToDictionary(face => face.Path, face => ImageFile.Load(face.Path));
        Upscaler[] upscalers =
        [
            .. Upscaler.Baselines(8),
            new Upscaler("truth", _ => []) { Find = face => truths[face.Path] },
        ];

        var report = Evaluator.Evaluate(faces, Protocol.Revisage8x, upscalers, new EvaluationOptions { Networks = networks, BatchSize = 4 });

        var (nearest, bicubic, truth) = (report.Find("nearest")!, report.Find("bicubic")!, report.Find("truth")!);
        truth.Of(Metric.PerceptualResnet18).ShouldBe(new double[Count]);
        truth.Mean(Metric.FrechetResnet18)!.Value.ShouldBe(0, 1e-3);
        foreach (var metric in new[] { Metric.PerceptualResnet18, Metric.FrechetResnet18 })
        {
            bicubic.Mean(metric)!.Value.ShouldBeInRange(1e-3 + truth.Mean(metric)!.Value, nearest.Mean(metric)!.Value, metric.Name);
        }

        bicubic.IntervalOf(Metric.PerceptualResnet18).ShouldNotBeNull();
        bicubic.IntervalOf(Metric.FrechetResnet18).ShouldBeNull();
        report.Footnotes.ShouldNotContain(note => note.Contains("ResNet-18", StringComparison.Ordinal));
        EvaluationJson.Of([report]).ShouldContain("\"frechet_resnet18\": ");
        EvaluationCsv.Of([report]).ShouldContain(",perceptual_resnet18,");
        EvaluationPage.Of([(report, [])], against: null).ShouldContain("comparable with none");
    }

    [Fact]
    public void Faces_of_another_size_are_not_compared_and_that_is_said()
    {
        using var networks = ComparingNetworks.Open(package.Models);

        var report = Evaluator.Evaluate(Draw(Protocol.HighToLow.Hr), Protocol.HighToLow, Upscaler.Baselines(4), new EvaluationOptions { Networks = networks });

        report.Models[0].Mean(Metric.PerceptualResnet18).ShouldBeNull();
        report.Models[0].Mean(Metric.FrechetResnet18).ShouldNotBeNull();
        report.Footnotes.ShouldContain("ResNet-18: absent, its network was imported for faces of 128x128.");
    }

    /// <summary>The sum over stages of the mean over places of |a/|a| - b/|b||², by LibTorch's operators and of LibTorch's maps.</summary>
    [Fact]
    public void The_distance_is_that_of_the_networks_own_maps()
    {
        // Of 8 bits, as what looks at pictures takes them.
        Image[] pictures = [.. new[] { DrawnFaces.Draw(1, 128), DrawnFaces.Draw(2, 128) }.Select(picture => Image.FromRgb24(128, 128, picture.ToRgb24()))];
        using var model = StagedFeatures.Open(package.Models.Find("resnet18"));
        var seen = model.Describe(pictures);

        using var scope = new TensorScope();
        using var mode = Autograd.WithoutGradients();
        var (_, network) = ResNet18Package.Open();
        using var opened = network;
        var outputs = network.Forward([Tensor.Of([.. pictures.SelectMany(picture => picture.Pixels)], 2, 3, 128, 128)], NetworkCase.InUse);
        var expected = outputs.Skip(1).Sum(map =>
        {
            var unit = map / map.Pow(2).Sum([1], keepDim: true).Sqrt();
            return (unit.Narrow(0, 0, 1) - unit.Narrow(0, 1, 1)).Pow(2).Sum([1]).Mean().Item();
        });

        FeatureMapDistance.Between(seen[0].Maps, seen[1].Maps).ShouldBe(expected, 1e-4 * expected);
        seen[0].Pooled.Length.ShouldBe(512);
    }

    [Fact]
    public void Without_the_model_the_command_that_brings_it_is_named()
    {
        using var networks = ComparingNetworks.Open(new ModelStore("nowhere"));

        networks.Absent.Where(absent => absent.Metric == Metric.PerceptualResnet18 || absent.Metric == Metric.FrechetResnet18).Select(absent => absent.Reason).ShouldBe(Enumerable.Repeat(
            "there is no model 'resnet18' in 'nowhere'; it is imported by: revisage import --method resnet18 -o nowhere/resnet18.onnx", 2));
    }

    private FaceImage[] Draw(int side) =>
    [
        .. Enumerable.Range(0, Count).Select(i =>
        {
            var path = Path.Combine(folder, $"{i}.png");
            ImageFile.Save(DrawnFaces.Draw(i, side), path);
            return new FaceImage(path, "drawn", "val", null, null, null, null, side);
        }),
    ];
}
