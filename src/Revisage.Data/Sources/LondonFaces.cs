using System.Numerics;

namespace Revisage.Data.Sources;

/// <summary>
/// Face Research Lab London Set, from webmorphR.stim: <c>london/001_neutral.jpg</c> and <c>001_smiling.jpg</c>;
/// <c>template189.csv</c>, without a header, the file and 189 points of the neutral ones; <c>webmorph_london_info.csv</c>, age
/// (or NA), gender and ethnicity of each person.
/// </summary>
public sealed class LondonFaces : IDatasetLayout
{
    private const int PointCount = 189;

    private const string Template = "template189.csv";

    private const string People = "webmorph_london_info.csv";

    public string Id => "london";

    public DatasetTerms Terms { get; } = new(
        "Face Research Lab London Set",
        "DeBruine, Jones: Face Research Lab London Set, figshare, 2017; https://doi.org/10.6084/m9.figshare.5047666",
        "CC BY 4.0");

    public bool Recognises(string folder) => Directory.Exists(Path.Combine(folder, "london")) && File.Exists(Path.Combine(folder, Template));

    public SourceListing Read(string folder)
    {
        var files = new DatasetFolder(folder, Terms.Name);
        var problems = new List<SourceProblem>();
        var pictures = files.Pictures(files.FilesBelow(files.MustHaveFolder("london")), folder, problems);
        var points = ReadPoints(files.MustHaveFile(Template), pictures);
        var people = files.FindFile(People) is { } path ? ReadPeople(path, problems) : null;
        var identities = new string[pictures.Names.Count];
        for (var i = 0; i < identities.Length; i++)
        {
            // 001 of london/001_neutral.jpg
            var name = Path.GetFileNameWithoutExtension(pictures.Names[i].AsSpan());
            var bar = name.IndexOf('_');
            identities[i] = bar > 0 ? name[..bar].ToString() : "";
            if (bar <= 0 || name[(bar + 1)..] is not ("neutral" or "smiling"))
            {
                pictures.LeaveOut(i, SourceProblemKind.MalformedName, "not a person's number and neutral or smiling");
            }
            else if (points[i] is null && name[(bar + 1)..] is "neutral")
            {
                pictures.LeaveOut(i, SourceProblemKind.MissingAnnotation, $"no line in '{Template}'");
            }
            else if (people is not null && !people.ContainsKey(identities[i]))
            {
                pictures.LeaveOut(i, SourceProblemKind.MissingAnnotation, $"no line for '{identities[i]}' in '{People}'");
            }
        }

        return new SourceListing(
            [.. pictures.Faces(i => new SourceFace
            {
                Path = pictures.PathOf(i),
                Name = pictures.Names[i],
                Identity = identities[i],
                Points = points[i],
                Age = people?[identities[i]].Age,
                Gender = people?[identities[i]].Gender,
                Ethnicity = people?[identities[i]].Ethnicity,
            })],
            problems);
    }

    private static Vector2[]?[] ReadPoints(string path, AnnotatedPictures pictures)
    {
        using var table = new AnnotationTable(path, ',');
        return pictures.Read(
            table, $"file and {PointCount} points", (AnnotationTable line, out Vector2[] points) => line.TryPoints(1, PointCount, out points), complete: false);
    }

    private static Dictionary<string, Person> ReadPeople(string path, List<SourceProblem> problems)
    {
        using var table = new AnnotationTable(path, ',');
        table.MustHaveColumns("face_id", "face_age", "face_gender", "face_eth");
        var people = new Dictionary<string, Person>();
        while (table.Next())
        {
            var years = 0;
            var told = table.Count == 4 && table[1] is not "NA";
            if (table.Count != 4 || table[2] is not ("female" or "male") || (told && !table.TryInteger(1, out years)))
            {
                problems.Add(new SourceProblem($"{People}:{table.Number}", SourceProblemKind.MalformedLine, $"'{table.Excerpt()}' is not a number, age, gender and ethnicity"));
            }
            else if (!people.TryAdd(table[0].ToString(), new Person(told ? years : null, table[2] is "female" ? "f" : "m", table[3].ToString())))
            {
                problems.Add(new SourceProblem($"{People}:{table.Number}", SourceProblemKind.DuplicateName, $"'{table[0]}' has a line already, which is kept"));
            }
        }

        return people;
    }

    private sealed record Person(int? Age, string Gender, string Ethnicity);
}
