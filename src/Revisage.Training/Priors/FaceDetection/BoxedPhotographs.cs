using Revisage.Data.Sources;
using Revisage.Faces;

namespace Revisage.Training.Priors.FaceDetection;

/// <summary>A whole photograph with its faces' boxes.</summary>
/// <param name="Ignored">Faces too small or unclear to count as found or as missed.</param>
public sealed record BoxedPhotograph(string Path, IReadOnlyList<FaceBox> Faces, IReadOnlyList<FaceBox> Ignored);

/// <summary>
/// A folder of photographs to learn detection from: <c>images/</c>, and <c>boxes.csv</c> and <c>ignore.csv</c> with the columns file, x,
/// y, w and h, in pixels. Photographs without a line have no face.
/// </summary>
public static class BoxedPhotographs
{
    /// <returns>In the order of their names.</returns>
    /// <exception cref="RevisageException">A file or a folder is absent, or a line cannot be read.</exception>
    public static IReadOnlyList<BoxedPhotograph> Read(string folder)
    {
        var images = Path.Combine(folder, "images");
        if (!Directory.Exists(images))
        {
            throw new RevisageException($"'{folder}' has no folder 'images' of photographs. Name one that has, with a 'boxes.csv' beside it.");
        }

        var names = Directory.GetFiles(images).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal).ToArray();
        var faces = Boxes(Path.Combine(folder, "boxes.csv"), [.. names]);
        var ignored = File.Exists(Path.Combine(folder, "ignore.csv")) ? Boxes(Path.Combine(folder, "ignore.csv"), [.. names]) : [];
        return [.. names.Select(name => new BoxedPhotograph(Path.Combine(images, name), faces.GetValueOrDefault(name, []), ignored.GetValueOrDefault(name, [])))];
    }

    private static Dictionary<string, List<FaceBox>> Boxes(string path, HashSet<string> names)
    {
        using var table = new AnnotationTable(path, ',');
        table.MustHaveColumns("file", "x", "y", "w", "h");
        var boxes = new Dictionary<string, List<FaceBox>>();
        while (table.Next())
        {
            if (table.Count != 5 || !table.TryBox(1, out var box))
            {
                throw new RevisageException($"'{path}', line {table.Number}: '{table.Excerpt()}' is not 'file,x,y,w,h'. Mend the line.");
            }

            var name = table[0].ToString();
            if (!names.Contains(name))
            {
                throw new RevisageException($"'{path}', line {table.Number}: there is no photograph 'images/{name}'. Restore it, or take the line out.");
            }

            if (!boxes.TryGetValue(name, out var of))
            {
                boxes[name] = of = [];
            }

            of.Add(box!.Value);
        }

        return boxes;
    }
}
