using System.Numerics;
using Revisage.Faces;
using Revisage.Training.Priors.FaceDetection;

namespace Revisage.Training.Tests.Priors.FaceDetection;

public class DetectionScoresTests
{
    [Fact]
    public void Each_face_is_found_once_and_a_second_find_is_false()
    {
        var scores = Of([new FaceBox(0, 0, 30, 30)], [], (0, 30, 0.9), (1, 30, 0.8));

        scores.Bands[1].ShouldBe(new SizeBand(24, 80, 1, 1, 0));
        scores.Threshold.ShouldBe(0.9);
        scores.AveragePrecision.ShouldBe(1, 1e-9);
    }

    [Fact]
    public void The_threshold_is_the_lowest_with_nine_right_of_ten()
    {
        // Nine right ones, a false one, a right one: 10 of 11 are right, at all scores above 9 of 10 or more.
        var truth = Enumerable.Range(0, 10).Select(i => new FaceBox(100 * i, 0, 16, 16)).ToArray();
        var finds = Enumerable.Range(0, 9).Select(i => (100.0 * i, 16.0, 0.9 - 0.01 * i)).Append((5000, 100, 0.5)).Append((900, 16, 0.4)).Append((6000, 16, 0.3)).Append((7000, 16, 0.2)).ToArray();

        var scores = Of(truth, [], finds);

        scores.Threshold.ShouldBe(0.4);
        scores.Recall.ShouldBe(1);
        scores.Bands.ShouldBe([new SizeBand(12, 24, 10, 10, 0), new SizeBand(24, 80, 0, 0, 0), new SizeBand(80, double.PositiveInfinity, 0, 0, 1)]);
    }

    [Fact]
    public void Finds_in_ignored_boxes_and_of_faces_below_twelve_pixels_do_not_count()
    {
        var scores = Of([new FaceBox(0, 0, 10, 10)], [new FaceBox(200, 0, 40, 40)], (0, 10, 0.9), (210, 15, 0.8), (400, 7, 0.7));

        scores.Faces.ShouldBe(0);
        scores.Bands.ShouldAllBe(band => band.False == 0);
        scores.Threshold.ShouldBe(1);
    }

    private static DetectionScores Of(FaceBox[] truth, FaceBox[] ignored, params (double Left, double Side, double Score)[] finds) => DetectionScores.Of(
        [(new BoxedPhotograph("a", truth, ignored), [.. finds.Select(find => new DetectedFace(new FaceBox(find.Left, 0, find.Side, find.Side), find.Score, new Vector2[5]))])]);
}
