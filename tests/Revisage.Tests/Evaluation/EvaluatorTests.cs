using System.Text.Json;
using Revisage.Evaluation;
using Revisage.Imaging;
using Revisage.Tests.Imaging;

namespace Revisage.Tests.Evaluation;

public sealed class EvaluatorTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("revisage-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [FacesFact]
    public void Enlarging_without_learning_gives_the_published_figures_on_real_faces()
    {
        var faces = FaceSet.Open(Path.Combine(FacesFactAttribute.Folder, "aligned")).OfSplit("val").Faces;

        var report = Evaluator.Evaluate(faces, Protocol.Revisage8x, Upscaler.Baselines(8));

        report.Protocol.Images.ShouldBe(917);
        ShouldScore("nearest", 21.39, 0.508);
        ShouldScore("bilinear", 22.45, 0.627);
        var bicubic = ShouldScore("bicubic", 23.12, 0.650);
        bicubic.PsnrY.ShouldBe(24.50, 0.05);
        bicubic.Sets.OrderBy(set => set.Set).Select(set => (set.Set, set.Images)).ShouldBe([("aaf", 200), ("celebamask", 100), ("lfw", 418), ("utk", 199)]);
        ShouldScoreIn("lfw", 23.51, 0.657);
        ShouldScoreIn("aaf", 22.48, 0.641);
        ShouldScoreIn("utk", 23.49, 0.671);
        ShouldScoreIn("celebamask", 22.04, 0.595);

        ModelScores ShouldScore(string name, double psnr, double ssim)
        {
            var model = report.Models.Single(model => model.Name == name);
            model.Psnr.ShouldBe(psnr, 0.05);
            model.Ssim.ShouldBe(ssim, 0.002);
            return model;
        }

        void ShouldScoreIn(string set, double psnr, double ssim)
        {
            var scores = bicubic.Sets.Single(scores => scores.Set == set);
            scores.Psnr.ShouldBe(psnr, 0.05);
            scores.Ssim.ShouldBe(ssim, 0.002);
        }
    }

    [Fact]
    public void Means_are_over_images_and_by_set()
    {
        // A candidate that is off by 1 everywhere has 48.13 dB, and one that is right counts as 100 dB.
        var faces = new[] { Face("a", 10), Face("a", 20), Face("b", 30) };
        var offByOne = 20 * Math.Log10(255);
        var candidate = new Upscaler("half right", small => [.. small.Select(face => Plain(Grey(face) is 20 ? 21 : Grey(face)))]);

        var model = Evaluator.Evaluate(faces, Protocol.Revisage8x, [candidate]).Models.ShouldHaveSingleItem();

        model.Psnr.ShouldBe((100 + offByOne + 100) / 3, 1e-9);
        model.Sets.Select(set => (set.Set, set.Images)).ShouldBe([("a", 2), ("b", 1)]);
        model.Sets[0].Psnr.ShouldBe((100 + offByOne) / 2, 1e-9);
        model.Sets[1].Ssim.ShouldBe(1, 1e-9);
        model.FacesPerSecond.ShouldBeGreaterThan(0);
    }

    [Fact]
    public void Intervals_hold_the_mean_and_repeat_with_the_seed()
    {
        var faces = Enumerable.Range(0, 20).Select(i => Face("a", 10 * i)).ToArray();
        var candidate = new Upscaler("wrong by its place", small => [.. small.Select(face => Plain(Grey(face) / 2))]);

        ModelScores Run(int seed) => Evaluator.Evaluate(faces, Protocol.Revisage8x, [candidate], new EvaluationOptions { Seed = seed, BatchSize = 3 }).Models[0];
        var model = Run(5);

        var psnr = model.Intervals["psnr"];
        psnr[0].ShouldBeLessThan(model.Psnr);
        psnr[1].ShouldBeGreaterThan(model.Psnr);
        Run(5).Intervals["psnr"].ShouldBe(psnr);
        Run(6).Intervals["psnr"].ShouldNotBe(psnr);
    }

    [Fact]
    public void The_report_is_written_as_documented()
    {
        var report = Evaluator.Evaluate([Face("a", 100)], Protocol.Revisage8x, Upscaler.Baselines(8));

        using var json = JsonDocument.Parse(report.ToJson());

        json.RootElement.EnumerateObject().Select(field => field.Name).ShouldBe(["protocol", "models"]);
        json.RootElement.GetProperty("protocol").GetRawText().Where(c => !char.IsWhiteSpace(c)).ShouldBe(
            """{"name":"revisage-8x","scale":8,"hr":128,"degradation":"bicubic","border":0,"images":1}""");
        var models = json.RootElement.GetProperty("models").EnumerateArray().ToArray();
        models.Select(model => model.GetProperty("name").GetString()).ShouldBe(["nearest", "bilinear", "bicubic"]);
        models[0].EnumerateObject().Select(field => field.Name).ShouldBe([
            "name", "psnr", "psnr_y", "ssim", "ms_ssim", "lpips", "identity", "nme", "fid", "frechet_identity", "data_consistency", "faces_per_second", "intervals"]);
        models[0].GetProperty("lpips").ValueKind.ShouldBe(JsonValueKind.Null);
        models[0].GetProperty("intervals").GetProperty("psnr_y").EnumerateArray().Select(end => end.GetDouble()).ShouldBe([100, 100]);
    }

    [Fact]
    public void Every_batch_is_reported_and_none_is_larger_than_asked()
    {
        var sizes = new List<int>();
        var done = new List<int>();
        var candidate = new Upscaler("counting", small =>
        {
            sizes.Add(small.Count);
            return [.. small.Select(face => Plain(Grey(face)))];
        });

        Evaluator.Evaluate(
            [.. Enumerable.Range(0, 5).Select(i => Face("a", i))], Protocol.Revisage8x, [candidate],
            new EvaluationOptions { BatchSize = 2 }, new Immediately(progress => done.Add(progress.Done)));

        sizes.ShouldBe([2, 2, 2, 1]);   // The first batch twice: once to warm up.
        done.ShouldBe([2, 4, 5]);
    }

    [Fact]
    public void It_stops_between_batches()
    {
        using var cancel = new CancellationTokenSource();
        var done = 0;

        Should.Throw<OperationCanceledException>(() => Evaluator.Evaluate(
            [.. Enumerable.Range(0, 6).Select(i => Face("a", i))], Protocol.Revisage8x, Upscaler.Baselines(8), new EvaluationOptions { BatchSize = 2 },
            new Immediately(progress =>
            {
                done = progress.Done;
                cancel.Cancel();
            }),
            cancel.Token));

        done.ShouldBe(2);
    }

    [Fact]
    public void Candidates_of_another_scale_and_lists_of_nothing_are_refused()
    {
        Should.Throw<RevisageException>(() => Evaluator.Evaluate([Face("a", 1)], Protocol.Revisage8x, Upscaler.Baselines(4))).Message
            .ShouldContain("'nearest' enlarged 16x16 to 64x64, but revisage-8x compares at 128x128");
        Should.Throw<RevisageException>(() => Evaluator.Evaluate([Face("a", 1)], Protocol.Revisage8x, [new Upscaler("lazy", _ => [])])).Message
            .ShouldContain("'lazy' made 0 faces of 1");
        Should.Throw<RevisageException>(() => Evaluator.Evaluate([], Protocol.Revisage8x, [])).Message.ShouldContain("no faces");
    }

    [Fact]
    public void A_face_that_cannot_be_read_is_named()
    {
        var face = Face("a", 1);
        File.WriteAllText(face.Path, "not any more");

        Should.Throw<RevisageException>(() => Evaluator.Evaluate([face], Protocol.Revisage8x, Upscaler.Baselines(8))).Message.ShouldContain(face.Path);
    }

    private static Image Plain(int grey) => ImagingFixtures.Plain(128, 128, (byte)grey, (byte)grey, (byte)grey);

    private static int Grey(Image image) => ImagingFixtures.At(image, 0, 0).Red;

    private FaceImage Face(string set, int grey)
    {
        var path = Path.Combine(folder, $"{set}-{grey}.png");
        ImageFile.Save(Plain(grey), path);
        return new FaceImage(path, set, "val", null, null, null, null, 128);
    }

    // Progress<T> reports on other threads, later.
    private sealed class Immediately(Action<EvaluationProgress> act) : IProgress<EvaluationProgress>
    {
        public void Report(EvaluationProgress value) => act(value);
    }
}
