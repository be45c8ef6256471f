namespace Revisage.Evaluation;

/// <summary>What faces are told apart by, as their source labelled them.</summary>
public enum Grouping
{
    /// <summary>The source.</summary>
    Set,

    /// <summary>In bands.</summary>
    Age,

    Gender,

    Ethnicity,
}

/// <summary>Some of a report's faces.</summary>
/// <param name="Faces">Places in <see cref="EvaluationReport.Faces"/>.</param>
public sealed record FaceGroup(string Name, IReadOnlyList<int> Faces)
{
    private static readonly int[] Bands = [0, 10, 20, 40, 60];

    /// <summary>The groups of faces that have a label, in order; faces without one are in none.</summary>
    public static IReadOnlyList<FaceGroup> Of(IReadOnlyList<FaceImage> faces, Grouping grouping) =>
    [
        .. (faces ?? throw new ArgumentNullException(nameof(faces))).Index()
            .Select(face => (face.Index, Label: LabelOf(face.Item, grouping)))
            .Where(face => face.Label is not null)
            .GroupBy(face => face.Label!.Value, face => face.Index)
            .OrderBy(group => group.Key.Order).ThenBy(group => group.Key.Name, StringComparer.Ordinal)
            .Select(group => new FaceGroup(group.Key.Name, [.. group])),
    ];

    private static (int Order, string Name)? LabelOf(FaceImage face, Grouping grouping) => grouping switch
    {
        Grouping.Set => (0, face.Set),
        Grouping.Age => face.Age is { } age ? BandOf(age) : null,
        Grouping.Gender => face.Gender is { } gender ? (0, gender) : null,
        Grouping.Ethnicity => face.Ethnicity is { } ethnicity ? (0, ethnicity) : null,
        _ => throw new ArgumentOutOfRangeException(nameof(grouping), grouping, null),
    };

    private static (int Order, string Name) BandOf(int age)
    {
        var band = Array.FindLastIndex(Bands, from => age >= from);
        return (band, band == Bands.Length - 1 ? $"{Bands[band]} and older" : $"{Bands[band]} to {Bands[band + 1] - 1}");
    }
}
