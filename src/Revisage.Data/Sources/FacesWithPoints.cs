using System.Numerics;
using Revisage.Faces;

namespace Revisage.Data.Sources;

/// <summary>Pictures of one face each, with its points in a file of the same name beside: <c>1.jpg</c> and <c>1.pts</c> or <c>1.t7</c>.</summary>
internal static class FacesWithPoints
{
    /// <summary>Whether files of such an ending lie in the folder, or up to two levels down.</summary>
    public static bool AreIn(string folder, string extension) =>
        Directory.Exists(folder)
        && Directory.EnumerateFiles(folder, "*" + extension, new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 2 }).Any();

    public static SourceListing Read(DatasetFolder folder, Func<string, string?> split, Func<string, string?> photograph)
    {
        var problems = new List<SourceProblem>();
        var files = folder.FilesBelow(folder.Root);
        var pictures = folder.Pictures(files, folder.Root, problems);
        var pointsOf = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var file in files.Where(PointsFile.IsOne))
        {
            if (!pointsOf.TryAdd(Path.ChangeExtension(file, null), file))
            {
                problems.Add(new SourceProblem(file, SourceProblemKind.DuplicateName, $"'{pointsOf[Path.ChangeExtension(file, null)]}' is kept"));
            }
        }

        var points = new Vector2[]?[pictures.Names.Count];
        var used = new HashSet<string>();
        for (var i = 0; i < points.Length; i++)
        {
            if (!pointsOf.TryGetValue(Path.ChangeExtension(pictures.Names[i], null), out var file))
            {
                pictures.LeaveOut(i, SourceProblemKind.MissingAnnotation, "no file of points beside it");
                continue;
            }

            used.Add(file);
            points[i] = PointsFile.Read(Path.Combine(folder.Root, file), out var damage);
            if (points[i] is null)
            {
                pictures.LeaveOut(i, SourceProblemKind.MalformedFile, $"'{file}': {damage}");
            }
        }

        foreach (var file in pointsOf.Values.Where(file => !used.Contains(file)))
        {
            pictures.NameAbsent(Path.ChangeExtension(file, null), $"has points in '{file}'");
        }

        return new SourceListing(
            [.. pictures.Faces(i => new SourceFace
            {
                Path = pictures.PathOf(i),
                Name = pictures.Names[i],
                Split = split(pictures.Names[i]),
                Photograph = photograph(pictures.Names[i]),
                Landmarks = points[i]!.Length == Landmarks.Count ? new Landmarks(points[i]) : null,
                Points = points[i]!.Length == Landmarks.Count ? null : points[i],
            })],
            problems);
    }
}
