using Revisage.Faces;

namespace Revisage.Training.Priors.FaceDetection;

/// <summary>Recall and precision of the faces of one range of sizes.</summary>
/// <param name="Faces">That there are.</param>
/// <param name="Found">Of those.</param>
/// <param name="False">Finds of that size where there is no face.</param>
public sealed record SizeBand(double From, double To, int Faces, int Found, int False)
{
    public double Recall => Faces == 0 ? double.NaN : (double)Found / Faces;

    public double Precision => Found + False == 0 ? double.NaN : (double)Found / (Found + False);
}

/// <summary>How well faces were found in photographs whose faces are known, at an intersection over union of 0.4.</summary>
/// <param name="AveragePrecision">The mean of precision over recall: the area below its curve, over all thresholds.</param>
/// <param name="Threshold">The lowest score at which nine of ten finds are faces, one for all sizes; 1 where there is none.</param>
/// <param name="Bands">At that threshold, by size.</param>
public sealed record DetectionScores(double AveragePrecision, double Threshold, IReadOnlyList<SizeBand> Bands)
{
    private const double LeastOverlap = 0.4;

    private const double WantedPrecision = 0.9;

    /// <summary>Larger sides in pixels where bands begin; smaller faces count neither as found nor as missed.</summary>
    public static IReadOnlyList<double> Borders { get; } = [12, 24, 80];

    public int Faces => Bands.Sum(band => band.Faces);

    public double Recall => (double)Bands.Sum(band => band.Found) / Math.Max(1, Faces);

    /// <param name="photographs">Each with what was found there, best first.</param>
    public static DetectionScores Of(IEnumerable<(BoxedPhotograph Truth, IReadOnlyList<DetectedFace> Found)> photographs)
    {
        ArgumentNullException.ThrowIfNull(photographs);
        var finds = new List<(double Score, double Size, bool Right)>();
        var truths = new List<double>();
        foreach (var (truth, found) in photographs)
        {
            truths.AddRange(truth.Faces.Select(box => box.Size).Where(size => size >= Borders[0]));
            finds.AddRange(Judged(truth, found));
        }

        finds.Sort((a, b) => b.Score.CompareTo(a.Score));
        var (right, area, before) = (0, 0.0, 0.0);
        var taken = 0;
        for (var i = 0; i < finds.Count; i++)
        {
            right += finds[i].Right ? 1 : 0;
            var precision = (double)right / (i + 1);
            var recall = (double)right / Math.Max(1, truths.Count);
            area += (recall - before) * precision;
            before = recall;
            taken = precision >= WantedPrecision ? i + 1 : taken;
        }

        var bands = Borders.Select((from, i) =>
        {
            var to = i + 1 < Borders.Count ? Borders[i + 1] : double.PositiveInfinity;
            bool Within(double size) => size >= (i == 0 ? 0 : from) && size < to;
            var own = finds.Take(taken).Where(find => Within(find.Size)).ToArray();
            return new SizeBand(from, to, truths.Count(Within), own.Count(find => find.Right), own.Count(find => !find.Right));
        });
        return new DetectionScores(area, taken == 0 ? 1 : finds[taken - 1].Score, [.. bands]);
    }

    /// <summary>Each find that counts; one that is right has its face's size.</summary>
    private static IEnumerable<(double Score, double Size, bool Right)> Judged(BoxedPhotograph truth, IReadOnlyList<DetectedFace> found)
    {
        var left = truth.Faces.ToList();
        foreach (var find in found)
        {
            var best = left.Count == 0 ? default : left.MaxBy(box => box.Overlap(find.Box));
            if (left.Count > 0 && best.Overlap(find.Box) >= LeastOverlap)
            {
                left.Remove(best);
                if (best.Size >= Borders[0])
                {
                    yield return (find.Score, best.Size, true);
                }
            }
            else if (find.Box.Size >= DetectionLevel.Smallest && !truth.Ignored.Any(box => find.Box.CoveredBy(box) > 0.5 || box.Overlap(find.Box) >= LeastOverlap))
            {
                yield return (find.Score, find.Box.Size, false);
            }
        }
    }
}
