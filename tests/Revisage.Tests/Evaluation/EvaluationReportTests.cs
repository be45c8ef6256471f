using Revisage.Evaluation;
using Revisage.Tests.Imaging;

namespace Revisage.Tests.Evaluation;

public sealed class EvaluationReportTests : IDisposable
{
    private readonly SyntheticFaces faces = new();

    public void Dispose() => faces.Dispose();

    [Fact]
    public void Two_models_are_compared_face_by_face()
    {
        // One is off by 1 everywhere, the other by 1 on half of the faces and by 2 on the rest: 6.02 dB worse there.
        var report = Evaluate(Off("one", _ => 1), Off("two", grey => grey % 20 == 0 ? 1 : 2));

        var comparison = report.Compare(report.Models[0], report.Models[1], Metric.Psnr)!;

        comparison.Gain.ShouldBe(20 * Math.Log10(2) / 2, 1e-9);
        comparison.Share.ShouldBe(0.5);
        comparison.Interval!.Value.Low.ShouldBeInRange(0.5, comparison.Gain);
        comparison.Interval!.Value.High.ShouldBeInRange(comparison.Gain, 6);
        report.Compare(report.Models[1], report.Models[0], Metric.Psnr)!.Gain.ShouldBe(-comparison.Gain, 1e-9);
        report.Compare(report.Models[0], report.Models[1], Metric.Lpips).ShouldBeNull();
    }

    [Fact]
    public void The_worst_of_the_large_groups_is_named()
    {
        FaceImage Aged(int place) => faces.Plain("a", 10 * place) with { Age = place < 2 ? 5 : place < 13 ? 30 : 70, Gender = null };
        FaceImage[] aged = [.. Enumerable.Range(0, 25).Select(Aged)];
        // The two children are worst of all, but too few to be named; the old are worse than the rest.
        var report = Evaluator.Evaluate(aged, Protocol.Revisage8x, [Off("worse with age", grey => grey < 20 ? 9 : grey < 130 ? 1 : 3)]);

        report.By(Grouping.Age).Select(group => (group.Name, group.Faces.Count)).ShouldBe([("0 to 9", 2), ("20 to 39", 11), ("60 and older", 12)]);
        report.By(Grouping.Gender).ShouldBeEmpty();
        report.Worst(report.Models[0], Grouping.Age, Metric.Psnr)!.Name.ShouldBe("60 and older");
        report.Worst(report.Models[0], Grouping.Set, Metric.Psnr).ShouldBeNull("there is one set");
    }

    [Fact]
    public void It_says_which_faces_were_compared()
    {
        EvaluationReport Of(params FaceImage[] chosen) => Evaluator.Evaluate(chosen, Protocol.Revisage8x, Upscaler.Baselines(8));

        Of(faces.Plain("a", 1), faces.Plain("a", 2), faces.Plain("b", 3)).DescribeFaces().ShouldBe("3 faces, split val (a 2, b 1)");
        Of(faces.Plain("a", 1) with { Split = null }).DescribeFaces().ShouldBe("1 face");
    }

    [Fact]
    public void A_metric_whose_network_is_not_there_is_absent()
    {
        var report = Evaluate(Off("one", _ => 1));

        report.Models[0].Mean(Metric.Identity).ShouldBeNull();
        report.Models[0].Of(Metric.Lpips).ShouldBeNull();
        report.Models[0].Verification().ShouldBeEmpty();
        report.Metrics.ShouldNotContain(Metric.Fid);
        report.Metrics.ShouldContain(Metric.MsSsimProgressive);
        Metric.All.Except(report.Metrics).ShouldAllBe(metric => report.Footnotes.Any(note => note.Contains(metric.Title, StringComparison.Ordinal)));
    }

    [Fact]
    public void The_grid_shows_the_best_the_median_and_the_worst_of_the_best_model()
    {
        Upscaler[] upscalers = [Off("poor", _ => 20), Off("best", grey => grey / 10)];
        var report = Evaluate(upscalers);

        var grid = FaceGrid.Of(report, upscalers, each: 1);

        grid.Select(row => (row.Rank, Path.GetFileName(row.Face.Path))).ShouldBe([("best", "a-10.png"), ("median", "a-50.png"), ("worst", "a-100.png")]);
        grid[0].Pictures.Select(picture => picture.Label).ShouldBe(["LR", "poor", "best", "HR"]);
        ImagingFixtures.At(grid[2].Pictures[2].Picture, 0, 0).Red.ShouldBe((byte)110);
        grid[0].Pictures[2].Note.ShouldBe("48.13");
    }

    private EvaluationReport Evaluate(params Upscaler[] upscalers) =>
        Evaluator.Evaluate([.. Enumerable.Range(1, 10).Select(i => faces.Plain("a", 10 * i))], Protocol.Revisage8x, upscalers);

    private static Upscaler Off(string name, Func<int, int> by) => new(name, small => [.. small.Select(face =>
    {
        var grey = ImagingFixtures.At(face, 0, 0).Red;
        var off = (byte)(grey + by(grey));
        return ImagingFixtures.Plain(128, 128, off, off, off);
    })]);
}
