using System.Globalization;
using System.Numerics;
using Revisage.Evaluation;
using Revisage.Faces;
using Revisage.Imaging;

namespace Revisage.Data;

/// <summary>
/// A folder of aligned faces as <see cref="FaceSet"/> reads it, with what training may want besides: the 68 points of
/// its <c>landmarks.csv</c> (columns file, x0, y0, .., x67, y67, in pixels of the file), and parsing maps as
/// <c>masks/NAME.png</c> beside the picture (values or palette indices are CelebAMask-HQ's classes).
/// </summary>
public sealed class FolderSource : IFaceSource
{
    private readonly IReadOnlyList<FaceImage> images;

    private FolderSource(string folder, IReadOnlyList<FaceImage> images, IReadOnlyList<FaceRecord> faces) =>
        (Name, this.images, Faces) = ($"'{folder}'", images, faces);

    public string Name { get; }

    public IReadOnlyList<FaceRecord> Faces { get; }

    /// <exception cref="RevisageException">No such folder, a line that cannot be read, or a picture without a size.</exception>
    public static FolderSource Open(string folder)
    {
        var set = FaceSet.Open(folder);
        var landmarks = ReadLandmarks(Path.Combine(folder, "landmarks.csv"));
        var records = new FaceRecord[set.Faces.Count];
        AllCores.For(records.Length, i =>
        {
            var image = set.Faces[i];
            var (width, height) = ImageFile.SizeOf(image.Path);
            var name = Path.GetRelativePath(folder, image.Path).Replace('\\', '/');
            records[i] = new FaceRecord
            {
                Name = name,
                Set = image.Set,
                Split = image.Split ?? "train",
                Width = width,
                Height = height,
                Hr = image.Hr ?? Math.Min(width, height),
                Landmarks = landmarks.GetValueOrDefault(name),
                Parsing = File.Exists(MaskOf(image)) ? ParsingSource.Labels : ParsingSource.None,
                Identity = image.Identity,
                Age = image.Age,
                Gender = image.Gender,
                Ethnicity = image.Ethnicity,
            };
        });
        return new FolderSource(folder, set.Faces, records);
    }

    public byte[] ReadRgb(int index)
    {
        var path = images[index].Path;
        var (width, height, rgb) = ImageFile.DecodeRgb24(File.ReadAllBytes(path), path);
        var record = Faces[index];
        return (width, height) == (record.Width, record.Height)
            ? rgb
            : throw new RevisageException($"'{path}' is {width}x{height} now, and was {record.Width}x{record.Height}. Start again with the pictures at rest.");
    }

    public byte[]? ReadParsing(int index)
    {
        var record = Faces[index];
        if (record.Parsing == ParsingSource.None)
        {
            return null;
        }

        var path = MaskOf(images[index]);
        var (width, height, classes) = IndexedPng.Decode(File.ReadAllBytes(path), path);
        return (width, height) == (record.Width, record.Height)
            ? classes
            : throw new RevisageException($"The parsing map '{path}' is {width}x{height}, but its picture is {record.Width}x{record.Height}. Both want one size.");
    }

    private static string MaskOf(FaceImage image) =>
        Path.Combine(Path.GetDirectoryName(image.Path)!, "masks", Path.GetFileNameWithoutExtension(image.Path) + ".png");

    private static Dictionary<string, Landmarks> ReadLandmarks(string path)
    {
        var landmarks = new Dictionary<string, Landmarks>();
        if (!File.Exists(path))
        {
            return landmarks;
        }

        var points = new Vector2[Landmarks.Count];
        foreach (var (index, line) in File.ReadLines(path).Index().Skip(1))
        {
            var fields = line.Split(',');
            if (fields.Length != 1 + 2 * Landmarks.Count)
            {
                throw new RevisageException($"'{path}', line {index + 1}: {fields.Length} fields, but a file and {Landmarks.Count} points have {1 + 2 * Landmarks.Count}. Mend the line.");
            }

            for (var i = 0; i < points.Length; i++)
            {
                points[i] = new Vector2(Number(fields[1 + 2 * i], index), Number(fields[2 + 2 * i], index));
            }

            landmarks[fields[0]] = new Landmarks(points);
        }

        return landmarks;

        float Number(string text, int index) => float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw new RevisageException($"'{path}', line {index + 1}: '{text}' is not a number. Mend the line.");
    }
}
