namespace Revisage.Evaluation;

/// <summary>What <see cref="Evaluator"/> found. Every model was shown the same faces, so that they compare face by face.</summary>
public sealed class EvaluationReport
{
    /// <summary>A group of fewer faces is never named the worst: a few hard ones would make it so.</summary>
    public const int SmallestGroup = 10;

    private readonly Bootstrap bootstrap;

    internal EvaluationReport(
        Protocol protocol, IReadOnlyList<FaceImage> faces, IReadOnlyList<ModelScores> models, IReadOnlyList<string> footnotes, Bootstrap bootstrap)
    {
        (Protocol, Faces, Models, Footnotes) = (protocol, faces, models, footnotes);
        this.bootstrap = bootstrap;
    }

    public Protocol Protocol { get; }

    public IReadOnlyList<FaceImage> Faces { get; }

    /// <summary>The splits that the faces are of, such as val; empty where no index tells.</summary>
    public IReadOnlyList<string> Splits => [.. Faces.Select(face => face.Split).OfType<string>().Where(split => split.Length > 0).Distinct()];

    /// <summary>The faces that Frechet distances are to; null for the true ones.</summary>
    public FaceSet? Reference { get; internal init; }

    /// <summary>In the order in which they were given.</summary>
    public IReadOnlyList<ModelScores> Models { get; }

    /// <summary>What is absent and why, and what a figure hides.</summary>
    public IReadOnlyList<string> Footnotes { get; }

    /// <summary>The metrics that at least one model has, in <see cref="Metric.All"/>'s order.</summary>
    public IReadOnlyList<Metric> Metrics => [.. Metric.All.Where(metric => Models.Any(model => model.Mean(metric) is not null))];

    /// <summary>The model of that name, or the same behind an aligner (<see cref="Upscaler.SetUpright"/>); null where there is none.</summary>
    public ModelScores? Find(string? name) =>
        Models.FirstOrDefault(model => model.Name == name) ?? Models.FirstOrDefault(model => model.Name.EndsWith($"+{name}", StringComparison.Ordinal));

    /// <summary>The faces told apart by what their source says of them; empty where it says nothing.</summary>
    public IReadOnlyList<FaceGroup> By(Grouping grouping) => FaceGroup.Of(Faces, grouping);

    /// <summary>The group of at least <see cref="SmallestGroup"/> faces that a model serves worst; null where there are not two such groups.</summary>
    public FaceGroup? Worst(ModelScores model, Grouping grouping, Metric metric)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(metric);
        FaceGroup[] groups = [.. By(grouping).Where(group => group.Faces.Count >= SmallestGroup)];
        return groups.Length < 2 || model.Of(metric) is null ? null : groups.MinBy(group => metric.Gain(model.Mean(metric, group)!.Value, 0));
    }

    /// <summary>One line for people: how many faces, of which split and sets.</summary>
    public string DescribeFaces()
    {
        var sets = By(Grouping.Set);
        var count = FormattableString.Invariant($"{Faces.Count:N0} {(Faces.Count == 1 ? "face" : "faces")}");
        var split = Splits.Count == 0 ? "" : $", split {string.Join(", ", Splits)}";
        return sets.Count < 2 ? $"{count}{split}" : FormattableString.Invariant($"{count}{split} ({string.Join(", ", sets.Select(set => $"{set.Name} {set.Faces.Count}"))})");
    }

    /// <summary>How much better one model is than another, face by face.</summary>
    /// <returns>Null where either was not measured by the metric, face by face.</returns>
    public PairedComparison? Compare(ModelScores model, ModelScores other, Metric metric)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(other);
        ArgumentNullException.ThrowIfNull(metric);
        if (model.Of(metric) is not { } mine || other.Of(metric) is not { } theirs)
            return null;

        double[] gains = [.. mine.Zip(theirs, metric.Gain)];
        return new PairedComparison(gains.Average(), bootstrap.IntervalsOf([gains])?[0], gains.Count(gain => gain > 0) / (double)gains.Length);
    }
}

/// <summary>Two models on the same faces.</summary>
/// <param name="Gain">Mean over the faces of how much better the first is; negative where it is worse.</param>
/// <param name="Interval">Of <paramref name="Gain"/>: the difference is one of chance where it holds 0. Null for a single face.</param>
/// <param name="Share">Of the faces that are better in the first.</param>
public sealed record PairedComparison(double Gain, Interval? Interval, double Share);
