using System.Globalization;

namespace Revisage.Evaluation;

/// <summary>One face of a set, as its index has it.</summary>
/// <param name="Path">The picture's file.</param>
/// <param name="Set">The set within the index, such as "lfw".</param>
/// <param name="Split">"train" or "val".</param>
/// <param name="Size">Pixels of the file's side; 0 where no index tells.</param>
/// <param name="HighRes">Pixels of the central square that is the HR face; the rest is margin. 0 for all of it.</param>
public sealed record FaceImage(string Path, string Set, string Split, int Size, int HighRes)
{
    /// <summary>Who it is; null where the source does not say.</summary>
    public string? Identity { get; init; }

    public int? Age { get; init; }

    public string? Gender { get; init; }

    public string? Ethnicity { get; init; }
}

/// <summary>
/// A folder of aligned faces: either with an <c>index.csv</c> (file, set, split, identity, age, gender, ethnicity,
/// mask, size, hr, native_side), or plain pictures, which then all count as "val".
/// </summary>
public sealed class FaceSet
{
    private static readonly string[] Required = ["file", "set", "split", "size", "hr"];
    private static readonly string[] Extensions = [".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff"];

    private FaceSet(string folder, IReadOnlyList<FaceImage> faces)
    {
        Folder = folder;
        Faces = faces;
    }

    public string Folder { get; }

    /// <summary>In the index's order, or by name.</summary>
    public IReadOnlyList<FaceImage> Faces { get; }

    /// <exception cref="RevisageException">The folder is absent or empty, or its index lacks a column.</exception>
    public static FaceSet Open(string folder)
    {
        if (!Directory.Exists(folder))
        {
            throw new RevisageException($"There is no folder '{folder}'. Name one with an index.csv, or with pictures of faces.");
        }

        var index = System.IO.Path.Combine(folder, "index.csv");
        var faces = File.Exists(index) ? ReadIndex(folder, index) : ReadFolder(folder);
        return faces.Count > 0
            ? new FaceSet(folder, faces)
            : throw new RevisageException($"There are no faces in '{folder}'. It needs an index.csv, or pictures ({string.Join(", ", Extensions)}).");
    }

    public IReadOnlyList<FaceImage> InSplit(string split) => [.. Faces.Where(face => face.Split == split)];

    /// <summary><paramref name="count"/> faces spread evenly over the split, so that every set within has its share.</summary>
    public IReadOnlyList<FaceImage> Spread(string split, int count)
    {
        var all = InSplit(split);
        return count >= all.Count ? all : [.. Enumerable.Range(0, count).Select(i => all[(int)((long)i * all.Count / count)])];
    }

    private static List<FaceImage> ReadFolder(string folder) =>
        [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Where(file => Extensions.Contains(System.IO.Path.GetExtension(file), StringComparer.OrdinalIgnoreCase))
            .Order(StringComparer.Ordinal)
            .Select(file => new FaceImage(file, "", "val", 0, 0))];

    private static List<FaceImage> ReadIndex(string folder, string index)
    {
        using var reader = new StreamReader(index);
        var header = (reader.ReadLine() ?? "").Split(',');
        var columns = header.Select((name, i) => (name: name.Trim(), i)).ToDictionary(column => column.name, column => column.i);
        if (Required.Where(name => !columns.ContainsKey(name)).ToList() is { Count: > 0 } missing)
        {
            throw new RevisageException($"'{index}' lacks the column(s) {string.Join(", ", missing)}; it has {string.Join(", ", header)}.");
        }

        var faces = new List<FaceImage>();
        for (var number = 2; reader.ReadLine() is { } line; number++)
        {
            if (line.Length == 0)
            {
                continue;
            }

            var cells = line.Split(',');
            if (cells.Length != header.Length)
            {
                throw new RevisageException($"'{index}', line {number}, has {cells.Length} cells, but the header has {header.Length}.");
            }

            string? Text(string column) => columns.TryGetValue(column, out var i) && cells[i].Length > 0 ? cells[i] : null;
            int Pixels(string column) => int.TryParse(Text(column), NumberStyles.None, CultureInfo.InvariantCulture, out var pixels) && pixels > 0
                ? pixels
                : throw new RevisageException($"'{index}', line {number}: '{column}' is '{Text(column)}', which is no number of pixels.");

            faces.Add(new FaceImage(System.IO.Path.Combine(folder, Text("file") ?? ""), Text("set") ?? "", Text("split") ?? "", Pixels("size"), Pixels("hr"))
            {
                Identity = Text("identity"),
                Age = int.TryParse(Text("age"), NumberStyles.None, CultureInfo.InvariantCulture, out var age) ? age : null,
                Gender = Text("gender"),
                Ethnicity = Text("ethnicity"),
            });
        }

        return faces;
    }
}
