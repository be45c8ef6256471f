using Revisage.Evaluation;
using Revisage.Imaging;
using Revisage.Restoration;
using Revisage.Tests.Restoration;

namespace Revisage.Tests.Evaluation;

/// <summary>Comparisons through networks, each a tiny one whose numbers are known.</summary>
public sealed class EvaluatorNetworksTests : IDisposable
{
    private const int Side = 128;

    private readonly SyntheticFaces faces = new();
    private readonly SyntheticFaces others = new();
    private readonly string models = Directory.CreateTempSubdirectory("revisage-models-").FullName;

    public void Dispose()
    {
        faces.Dispose();
        others.Dispose();
        Directory.Delete(models, recursive: true);
    }

    [Fact]
    public void Networks_look_at_whole_faces_where_the_protocol_cuts_a_border()
    {
        SaveDistance("lpips-alex");
        SaveMean("inception", ModelTask.Features);
        using var networks = ComparingNetworks.Open(new ModelStore(models));
        // Right inside, and black in the 8 pixels of border that PSNR and SSIM do not see.
        var framed = new Upscaler("framed", small => [.. small.Select(_ => Framed(200))]);
        var right = new Upscaler("right", small => [.. small.Select(_ => Plain(200))]);

        var report = Evaluator.Evaluate([faces.Plain("a", 200), faces.Plain("b", 200)], Protocol.WNet8x, [right, framed], new EvaluationOptions { Networks = networks });

        const double border = 1 - 112.0 * 112 / (128 * 128);
        report.Models[1].Psnr.ShouldBe(100);
        report.Models[1].Mean(Metric.Lpips)!.Value.ShouldBe(border * 200 / 255, 1e-4);
        report.Models[1].Mean(Metric.Fid)!.Value.ShouldBe(3 * Math.Pow(border * 200 / 255, 2), 1e-4);
        report.Models[0].Mean(Metric.Lpips)!.Value.ShouldBe(0, 1e-6);
    }

    [Fact]
    public void Frechet_distances_are_to_the_reference_set_where_one_is_named()
    {
        SaveMean("identity-eval", ModelTask.Identity);
        using var networks = ComparingNetworks.Open(new ModelStore(models));
        foreach (var grey in new[] { 50, 150 })
        {
            others.Plain("good", grey);
        }

        FaceImage[] poor = [faces.Plain("a", 10), faces.Plain("b", 30)];
        var candidate = new Upscaler("as good ones", small => [.. small.Select((_, i) => Plain(i == 0 ? 50 : 150))]);
        var options = new EvaluationOptions { Networks = networks };

        var paired = Evaluator.Evaluate(poor, Protocol.Revisage8x, [candidate], options);
        var unpaired = Evaluator.Evaluate(poor, Protocol.Revisage8x, [candidate], options with { Reference = FaceSet.Open(others.Folder) });

        paired.Models[0].Mean(Metric.FrechetIdentity)!.Value.ShouldBeGreaterThan(0.01);
        unpaired.Models[0].Mean(Metric.FrechetIdentity)!.Value.ShouldBe(0, 1e-6);
        unpaired.Models[0].Psnr.ShouldBe(paired.Models[0].Psnr);
        unpaired.Footnotes.ShouldContain($"FID, Frechet-r18, Frechet-id: to 2 faces of '{others.Folder}', and not to these faces.");
        EvaluationJson.Of([unpaired]).ShouldContain("\"reference_set\": \"2 faces of ");
    }

    [Fact]
    public void A_reference_set_of_faces_that_are_too_small_is_refused()
    {
        others.Plain("good", 1);

        Should.Throw<RevisageException>(() => Evaluator.Evaluate([faces.Plain("a", 10)], Protocol.Revisage8x, Upscaler.Baselines(8), new EvaluationOptions { Reference = FaceSet.Open(others.Folder) }))
            .Message.ShouldBe($"Frechet distances are to two faces or more, but of 1 in '{others.Folder}' 1 have the 128 pixels of revisage-8x. Name a larger set with --reference-set.");
    }

    private static Image Plain(int grey) => new(Side, Side, [.. Enumerable.Repeat(grey / 255f, 3 * Side * Side)]);

    private static Image Framed(int grey) => new(Side, Side,
        [.. Enumerable.Range(0, 3 * Side * Side).Select(i => i % Side is >= 8 and < 120 && i / Side % Side is >= 8 and < 120 ? grey / 255f : 0)]);

    /// <summary>The mean of each colour.</summary>
    private void SaveMean(string name, ModelTask task) => Save(name, task, new OnnxFile()
        .Input("face", "N", 3, Side, Side)
        .Output("out", "N", 3, 1, 1)
        .Node("GlobalAveragePool", ["face"], "out"));

    /// <summary>How much brighter the other's mean red is.</summary>
    private void SaveDistance(string name) => Save(name, ModelTask.Distance, new OnnxFile()
        .Input("face", "N", 3, Side, Side)
        .Input("other", "N", 3, Side, Side)
        .Output("out", "N", 1, 1, 1)
        .Weight("w", [1, 0, 0], 1, 3, 1, 1)
        .Node("Sub", ["other", "face"], "between")
        .Node("GlobalAveragePool", ["between"], "means")
        .Node("Conv", ["means", "w"], "out", ("kernel_shape", new[] { 1, 1 })));

    private void Save(string name, ModelTask task, OnnxFile file)
    {
        var card = TestModels.Card with
        {
            Name = name,
            Task = task,
            Scale = 1,
            Input = new PixelSize(Side, Side),
            Output = new PixelSize(1, 1),
            InputName = "face",
            OutputName = "out",
            Range = ValueRange.Unit,
        };
        File.WriteAllBytes(Path.Combine(models, $"{name}.onnx"), file.Metadata(OnnxModel.CardKey, card.ToJson()).ToArray());
    }
}
