using System.Numerics;
using Revisage.Faces;

namespace Revisage.Data.Sources;

/// <summary>
/// Crops that somebody prepared: <c>index.csv</c> with the columns file (first), split and hr and, if known, identity,
/// age, gender, ethnicity and mask; <c>landmarks.csv</c>, a file and 68 points a line; and for files whose mask is 1
/// a palette picture of CelebAMask-HQ's classes, <c>masks/x.png</c> beside <c>x.jpg</c>.
/// </summary>
public sealed class PreparedFolder : IDatasetLayout
{
    private const string Index = "index.csv";

    private const string Points = "landmarks.csv";

    private const string Masks = "masks";

    public string Id => "prepared";

    public DatasetTerms Terms { get; } = new("prepared faces", "the folder's own notes", "those of the sets that the faces are from");

    public bool Recognises(string folder) => File.Exists(Path.Combine(folder, Index)) && File.Exists(Path.Combine(folder, Points));

    public SourceListing Read(string folder)
    {
        var files = new DatasetFolder(folder, Terms.Name);
        var problems = new List<SourceProblem>();
        var listed = files.FilesBelow(folder);
        var masks = listed.Where(IsMask).ToHashSet();
        var pictures = files.Pictures(listed.Where(file => !IsMask(file)), folder, problems);
        var records = ReadIndex(files.MustHaveFile(Index), pictures);
        var points = ReadPoints(files.MustHaveFile(Points), pictures);
        for (var i = 0; i < records.Length; i++)
        {
            if (records[i] is { Mask: true } && !masks.Contains(MaskOf(pictures.Names[i])))
            {
                pictures.LeaveOut(i, SourceProblemKind.MissingAnnotation, $"'{MaskOf(pictures.Names[i])}' is not there");
            }
        }

        return new SourceListing(
            [.. pictures.Faces(i => new SourceFace
            {
                Path = pictures.PathOf(i),
                Name = pictures.Names[i],
                Split = records[i]!.Split,
                Identity = records[i]!.Identity,
                Landmarks = new Landmarks(points[i]),
                Parsing = records[i]!.Mask ? [Path.Combine(folder, MaskOf(pictures.Names[i]))] : [],
                Age = records[i]!.Age,
                Gender = records[i]!.Gender,
                Ethnicity = records[i]!.Ethnicity,
                Hr = records[i]!.Hr,
            })],
            problems);
    }

    private static bool IsMask(string name) => name.Split('/') is [.., Masks, _];

    private static string MaskOf(string name) => $"{name[..(name.LastIndexOf('/') + 1)]}{Masks}/{Path.GetFileNameWithoutExtension(name)}.png";

    private static Record?[] ReadIndex(string path, AnnotatedPictures pictures)
    {
        using var table = new AnnotationTable(path, ',');
        var columns = new List<string>();
        for (var i = 0; table.Count == 0 ? table.Next() : i < table.Count; i++)
        {
            columns.Add(table[i].ToString());
        }

        if (columns is not ["file", ..] || !columns.Contains("split") || !columns.Contains("hr"))
        {
            throw new RevisageException($"'{path}' should have the columns file, split and hr, file first, but has '{string.Join(',', columns)}': it is another dataset's. Put the right one there.");
        }

        var (split, hr, identity, age) = (columns.IndexOf("split"), columns.IndexOf("hr"), columns.IndexOf("identity"), columns.IndexOf("age"));
        var (gender, ethnicity, mask) = (columns.IndexOf("gender"), columns.IndexOf("ethnicity"), columns.IndexOf("mask"));
        return pictures.Read(table, string.Join(',', columns), (AnnotationTable line, out Record? record) =>
        {
            record = null;
            var years = 0;
            if (line.Count != columns.Count
                || line[split] is not ("train" or "val" or "test")
                || !line.TryInteger(hr, out var side) || side < 1
                || (Text(age) is not null && !(line.TryInteger(age, out years) && years >= 0)))
            {
                return false;
            }

            record = new Record(line[split].ToString(), Text(identity), Text(age) is null ? null : years, Text(gender), Text(ethnicity), Text(mask) is "1", side);
            return true;

            string? Text(int column) => column < 0 || line[column].IsEmpty ? null : line[column].ToString();
        });
    }

    private static Vector2[]?[] ReadPoints(string path, AnnotatedPictures pictures)
    {
        using var table = new AnnotationTable(path, ',');
        table.MustHaveColumns(["file", .. Enumerable.Range(0, Landmarks.Count).SelectMany(i => new[] { $"x{i}", $"y{i}" })]);
        return pictures.Read(table, "file and 68 points", (AnnotationTable line, out Vector2[] points) => line.TryPoints(1, Landmarks.Count, out points));
    }

    private sealed record Record(string Split, string? Identity, int? Age, string? Gender, string? Ethnicity, bool Mask, int Hr);
}
