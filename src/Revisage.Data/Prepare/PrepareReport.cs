using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Revisage.Data.Packed;
using Revisage.Data.Sources;

namespace Revisage.Data.Prepare;

/// <summary>What a run made of its inputs.</summary>
public sealed record PrepareReport
{
    /// <summary>How photographs were cut, in words; crops that were prepared before stay as they are.</summary>
    public required string Crop { get; init; }

    public required int Seed { get; init; }

    public required IReadOnlyList<PreparedSet> Sets { get; init; }

    /// <summary>Everything that gave no face, in the order in which it was met.</summary>
    public required IReadOnlyList<ReportedProblem> Rejected { get; init; }

    /// <summary>What is worth knowing of faces that were kept.</summary>
    public required IReadOnlyList<ReportedProblem> Notes { get; init; }

    public required double Seconds { get; init; }

    /// <summary>Pictures that were opened in this run, over its time.</summary>
    public required double PicturesPerSecond { get; init; }

    /// <summary>Of the process, up to the end of the run.</summary>
    public required long PeakMemoryBytes { get; init; }

    [JsonIgnore]
    public int Pictures => Sets.Sum(set => set.Pictures);

    [JsonIgnore]
    public int Kept => Sets.Sum(set => set.Kept);

    /// <summary>Faces that the set held from before.</summary>
    [JsonIgnore]
    public int AlreadyThere => Sets.Sum(set => set.AlreadyThere);

    /// <summary>How often each kind occurs, the most frequent first, with its first names.</summary>
    public static IEnumerable<(string Kind, int Count, IReadOnlyList<string> First)> ByKind(IReadOnlyList<ReportedProblem> problems, int names) => problems
        .GroupBy(problem => problem.Kind)
        .OrderByDescending(kind => kind.Count())
        .ThenBy(kind => kind.Key, StringComparer.Ordinal)
        .Select(kind => (kind.Key, kind.Count(), (IReadOnlyList<string>)[.. kind.Take(names).Select(problem => problem.Name)]));

    /// <summary>What a packed set's manifest says of where its faces come from.</summary>
    /// <param name="inputs">Those of the run.</param>
    public IReadOnlyList<PreparedSource> Sources(IReadOnlyList<PrepareInput> inputs) =>
    [
        .. Sets.Select(set => new PreparedSource
        {
            Set = set.Set,
            Terms = inputs.First(input => input.Set == set.Set).Terms,
            Crop = inputs.Where(input => input.Set == set.Set).All(input => input.Listing.Faces.All(face => face.Hr is not null)) ? "as it came" : Crop,
            Pictures = set.Pictures,
            LeftOut = new SortedDictionary<string, int>(
                Rejected.Where(problem => problem.Set == set.Set).GroupBy(problem => problem.Kind).ToDictionary(kind => kind.Key, kind => kind.Count()), StringComparer.Ordinal),
        }),
    ];

    public string ToJson() => JsonSerializer.Serialize(this, PrepareReportJson.Readable.PrepareReport);

    /// <summary>Into the set's folder.</summary>
    /// <exception cref="RevisageException">The file cannot be written.</exception>
    public void Write(string folder) => AtomicFile.WriteAllText(PathIn(folder), ToJson() + "\n");

    /// <summary>Where it is in a set's folder.</summary>
    public static string PathIn(string folder) => Path.Combine(folder, "prepare-report.json");
}

/// <param name="Pictures">Files that the dataset lists.</param>
/// <param name="Kept">Faces added by this run.</param>
/// <param name="AlreadyThere">Faces from before.</param>
public sealed record PreparedSet(string Set, int Pictures, int Kept, int AlreadyThere, int Rejected);

/// <inheritdoc cref="SourceProblem"/>
public sealed record ReportedProblem(string Set, string Name, string Kind, string Detail);

[JsonSerializable(typeof(PrepareReport))]
internal sealed partial class PrepareReportJson : JsonSerializerContext
{
    public static PrepareReportJson Readable { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
        // Names stay as people write them.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
