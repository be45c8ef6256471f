namespace Revisage.Metrics;

/// <summary>Whether two faces were said to be alike, and whether they are one person's.</summary>
/// <param name="Similarity">Cosine of their embeddings: higher is more alike.</param>
public readonly record struct VerificationPair(double Similarity, bool Same);

/// <summary>
/// Face verification as LFW's protocol has it (Huang et al., "Labeled Faces in the Wild", 2007): pairs of one and of
/// two people, told apart by a threshold on their similarity.
/// </summary>
public sealed record Verification
{
    private const int Folds = 10;

    private Verification(double accuracy, double areaUnderCurve, IReadOnlyList<RocPoint> curve) =>
        (Accuracy, AreaUnderCurve, Curve) = (accuracy, areaUnderCurve, curve);

    /// <summary>The share of pairs that are told right, in ten folds, each by the threshold that is best on the other nine.</summary>
    public double Accuracy { get; }

    /// <summary>The chance that a pair of one person is more alike than a pair of two.</summary>
    public double AreaUnderCurve { get; }

    /// <summary>The receiver operating characteristic, from the strictest threshold to the loosest.</summary>
    public IReadOnlyList<RocPoint> Curve { get; }

    /// <exception cref="RevisageException">There are fewer than ten pairs of one person, or of two.</exception>
    public static Verification Of(IReadOnlyList<VerificationPair> pairs)
    {
        ArgumentNullException.ThrowIfNull(pairs);
        var same = pairs.Count(pair => pair.Same);
        if (same < Folds || pairs.Count - same < Folds)
        {
            throw new RevisageException(
                $"Verification takes {Folds} pairs of one person and {Folds} of two or more, but there are {same} and {pairs.Count - same}. Name a set with more people who have two photographs.");
        }

        // Folds take both kinds in turn.
        VerificationPair[] inTurn = [.. pairs.Where(pair => pair.Same), .. pairs.Where(pair => !pair.Same)];
        var right = 0;
        for (var fold = 0; fold < Folds; fold++)
        {
            var threshold = BestThreshold([.. inTurn.Where((_, i) => i % Folds != fold)]);
            right += inTurn.Where((_, i) => i % Folds == fold).Count(pair => pair.Similarity >= threshold == pair.Same);
        }

        var curve = CurveOf(pairs);
        var area = curve.Zip(curve.Skip(1), (a, b) => (b.FalseAccepted - a.FalseAccepted) * (a.TrueAccepted + b.TrueAccepted) / 2).Sum();
        return new Verification((double)right / pairs.Count, area, curve);
    }

    /// <summary>The largest share of pairs of one person that are accepted where at most <paramref name="falseAccepted"/> of the others are.</summary>
    public double TrueAcceptedAt(double falseAccepted) => Curve.Where(point => point.FalseAccepted <= falseAccepted).Max(point => point.TrueAccepted);

    private static double BestThreshold(VerificationPair[] pairs)
    {
        Array.Sort(pairs, (a, b) => b.Similarity.CompareTo(a.Similarity));
        var different = pairs.Count(pair => !pair.Same);
        var (right, best, threshold) = (different, different, double.PositiveInfinity);
        for (var i = 0; i < pairs.Length; i++)
        {
            right += pairs[i].Same ? 1 : -1;
            // Between two pairs, so that a fold's own values fall on either side of it.
            if (right > best)
            {
                (best, threshold) = (right, i + 1 < pairs.Length ? (pairs[i].Similarity + pairs[i + 1].Similarity) / 2 : double.NegativeInfinity);
            }
        }

        return threshold;
    }

    private static List<RocPoint> CurveOf(IReadOnlyList<VerificationPair> pairs)
    {
        var same = pairs.Count(pair => pair.Same);
        var different = pairs.Count - same;
        var points = new List<RocPoint> { new(double.PositiveInfinity, 0, 0) };
        var (accepted, wrongly) = (0, 0);
        // Pairs of one similarity are accepted together.
        foreach (var group in pairs.GroupBy(pair => pair.Similarity).OrderByDescending(group => group.Key))
        {
            accepted += group.Count(pair => pair.Same);
            wrongly += group.Count(pair => !pair.Same);
            points.Add(new RocPoint(group.Key, (double)wrongly / different, (double)accepted / same));
        }

        return points;
    }
}

/// <summary>What is accepted from a threshold on.</summary>
/// <param name="FalseAccepted">Share of the pairs of two people.</param>
/// <param name="TrueAccepted">Share of the pairs of one person.</param>
public readonly record struct RocPoint(double Threshold, double FalseAccepted, double TrueAccepted);
