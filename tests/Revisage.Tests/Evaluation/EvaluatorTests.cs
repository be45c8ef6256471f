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
        var faces = FaceSet.Open(Path.Combine(FacesFactAttribute.Folder, "aligned")).ToReportOn().Faces;

        var report = Evaluator.Evaluate(faces, Protocol.Revisage8x, Upscaler.Baselines(8));

        report.Faces.Count.ShouldBe(686);
        ShouldScore("nearest", 21.41, 0.508);
        ShouldScore("bilinear", 22.47, 0.627);
        var bicubic = ShouldScore("bicubic", 23.13, 0.649);
        bicubic.PsnrY.ShouldBe(24.52, 0.05);
        report.By(Grouping.Set).Select(set => (set.Name, set.Faces.Count)).ShouldBe([("aaf", 150), ("celebamask", 75), ("lfw", 312), ("utk", 149)]);
        ShouldScoreIn("lfw", 23.56, 0.657);
        ShouldScoreIn("aaf", 22.43, 0.640);
        ShouldScoreIn("utk", 23.52, 0.670);
        ShouldScoreIn("celebamask", 21.99, 0.592);

        ModelScores ShouldScore(string name, double psnr, double ssim)
        {
            var model = report.Models.Single(model => model.Name == name);
            model.Psnr.ShouldBe(psnr, 0.05);
            model.Ssim.ShouldBe(ssim, 0.002);
            return model;
        }

        void ShouldScoreIn(string set, double psnr, double ssim)
        {
            var group = report.By(Grouping.Set).Single(group => group.Name == set);
            bicubic.Mean(Metric.Psnr, group)!.Value.ShouldBe(psnr, 0.05);
            bicubic.Mean(Metric.Ssim, group)!.Value.ShouldBe(ssim, 0.002);
        }
    }

    [Fact]
    public void Means_are_over_images_and_by_set()
    {
        // A candidate that is off by 1 everywhere has 48.13 dB, and one that is right counts as 100 dB.
        var faces = new[] { Face("a", 10), Face("a", 20), Face("b", 30) };
        var offByOne = 20 * Math.Log10(255);
        var candidate = new Upscaler("half right", small => [.. small.Select(face => Plain(Grey(face) is 20 ? 21 : Grey(face)))]);

        var report = Evaluator.Evaluate(faces, Protocol.Revisage8x, [candidate]);

        var model = report.Models.ShouldHaveSingleItem();
        model.Psnr.ShouldBe((100 + offByOne + 100) / 3, 1e-9);
        model.Of(Metric.Psnr)!.ShouldBe([100, offByOne, 100], 1e-9);
        var sets = report.By(Grouping.Set);
        sets.Select(set => (set.Name, set.Faces.Count)).ShouldBe([("a", 2), ("b", 1)]);
        model.Mean(Metric.Psnr, sets[0])!.Value.ShouldBe((100 + offByOne) / 2, 1e-9);
        model.Mean(Metric.Ssim, sets[1])!.Value.ShouldBe(1, 1e-9);
        model.FacesPerSecond!.Value.ShouldBeGreaterThan(0);
        // The three are one batch, whose mean squared error is a third of 1.
        model.Mean(Metric.PsnrBatch)!.Value.ShouldBe(offByOne + 10 * Math.Log10(3), 1e-9);
        report.Footnotes.ShouldContain("2 of 3 faces of 'half right' equal the true ones in every bit; their PSNR, which is infinite, counts as 100 dB.");
    }

    [Fact]
    public void Intervals_hold_the_mean_and_repeat_with_the_seed()
    {
        var faces = Enumerable.Range(0, 20).Select(i => Face("a", 10 * i)).ToArray();
        var candidate = new Upscaler("wrong by its place", small => [.. small.Select(face => Plain(Grey(face) / 2))]);

        ModelScores Run(int seed) => Evaluator.Evaluate(faces, Protocol.Revisage8x, [candidate], new EvaluationOptions { Seed = seed, BatchSize = 3 }).Models[0];
        var model = Run(5);

        var psnr = model.IntervalOf(Metric.Psnr)!.Value;
        psnr.Low.ShouldBeLessThan(model.Psnr);
        psnr.High.ShouldBeGreaterThan(model.Psnr);
        Run(5).IntervalOf(Metric.Psnr).ShouldBe(psnr);
        Run(6).IntervalOf(Metric.Psnr).ShouldNotBe(psnr);
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
