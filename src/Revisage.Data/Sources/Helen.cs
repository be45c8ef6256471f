using System.Numerics;

namespace Revisage.Data.Sources;

/// <summary>
/// Helen (Le, ECCV 2012): <c>annotation/1.txt</c> to <c>2330.txt</c>, the picture's name in the first line and 194 points
/// <c>x , y</c> below, which count from 1; the pictures in <c>helen_1</c> to <c>helen_5</c>, or in <c>train_1</c> to
/// <c>train_4</c> and <c>test</c>. The split is that of <c>trainnames.txt</c> and <c>testnames.txt</c>, or of these
/// folders. In iBUG's re-annotation (a folder named after Helen, with <c>trainset</c> and <c>testset</c>), 68 points are
/// in a <c>.pts</c> beside each picture.
/// </summary>
public sealed class Helen : IDatasetLayout
{
    private const int PointCount = 194;

    public string Id => "helen";

    public DatasetTerms Terms { get; } = new(
        "Helen",
        "Le, Brandt, Lin, Bourdev, Huang: Interactive Facial Feature Localization, ECCV 2012; http://www.ifp.illinois.edu/~vuongle2/helen/",
        "no licence stated; photographs from Flickr, which their owners hold the rights to; for research");

    public bool Recognises(string folder) => IsOriginal(folder) || IsReannotated(folder);

    public SourceListing Read(string folder)
    {
        var files = new DatasetFolder(folder, Terms.Name);
        return !IsOriginal(folder) && IsReannotated(folder)
            ? FacesWithPoints.Read(files, Menpo300W.SplitByFolder, _ => null)
            : ReadOriginal(files);
    }

    private static bool IsOriginal(string folder) =>
        Directory.Exists(Path.Combine(folder, "annotation"))
        && Directory.EnumerateFiles(Path.Combine(folder, "annotation"), "*.txt").Any();

    private static bool IsReannotated(string folder) =>
        Path.GetFileName(Path.GetFullPath(folder).TrimEnd(Path.DirectorySeparatorChar)).Contains("helen", StringComparison.OrdinalIgnoreCase)
        && FacesWithPoints.AreIn(folder, ".pts");

    private static SourceListing ReadOriginal(DatasetFolder files)
    {
        var problems = new List<SourceProblem>();
        var annotations = files.FilesBelow(files.MustHaveFolder("annotation"));
        var pictures = files.PicturesBelow(files.Root, problems, ".jpg", anywhere: true);
        var points = new Vector2[]?[pictures.Names.Count];
        var damaged = 0;
        foreach (var file in annotations)
        {
            var read = ReadPoints(Path.Combine(files.Root, file), out var name, out var damage);
            var picture = name is null ? -1 : pictures.Find(name);
            if (read is null)
            {
                damaged++;
                problems.Add(new SourceProblem(file, SourceProblemKind.MalformedFile, damage));
            }

            if (picture < 0)
            {
                if (name is not null)
                {
                    pictures.NameAbsent(name, $"named in '{file}'");
                }
            }
            else if (points[picture] is not null)
            {
                pictures.LeaveOut(picture, SourceProblemKind.DuplicateName, $"has points in '{file}' and in another file");
            }
            else
            {
                points[picture] = read;
            }
        }

        if (2 * damaged > annotations.Length)
        {
            throw new RevisageException($"'{Path.Combine(files.Root, "annotation")}' should hold Helen's files of a name and {PointCount} points, but {damaged} of {annotations.Length} are others: they are another dataset's. Put the right ones there.");
        }

        for (var i = 0; i < points.Length; i++)
        {
            if (points[i] is null)
            {
                pictures.LeaveOut(i, SourceProblemKind.MissingAnnotation, "no points in 'annotation'");
            }
        }

        var splits = files.FindFile("trainnames.txt") is { } train && files.FindFile("testnames.txt") is { } test
            ? pictures.ReadSplits((train, "train"), (test, "test"))
            : [.. pictures.Names.Select(name => name.StartsWith("train_", StringComparison.Ordinal) ? "train" : name.StartsWith("test/", StringComparison.Ordinal) ? "test" : null)];
        return new SourceListing(
            [.. pictures.Faces(i => new SourceFace
            {
                Path = pictures.PathOf(i),
                Name = pictures.Names[i],
                Split = splits[i],
                Points = points[i],
            })],
            problems);
    }

    private static Vector2[]? ReadPoints(string path, out string? name, out string damage)
    {
        using var table = new AnnotationTable(path, ',');
        name = table.Next() && table.Count == 1 ? table[0].ToString() : null;
        var points = new List<Vector2>(PointCount);
        while (table.Next())
        {
            if (table.Count != 2 || points.Count == PointCount || !table.TryPoint(0, out var point))
            {
                damage = $"line {table.Number} is '{table.Excerpt()}', not one of {PointCount} points 'x , y'";
                return null;
            }

            points.Add(point - Vector2.One);
        }

        damage = name is null ? "its first line is no picture's name" : points.Count < PointCount ? $"it has {points.Count} points, not {PointCount}" : "";
        return damage.Length == 0 ? [.. points] : null;
    }
}
