using System.Numerics;
using Revisage.Data;
using Revisage.Data.Detection;
using Revisage.Data.Prepare;
using Revisage.Data.Sources;
using Revisage.Faces;
using Revisage.Imaging;
using Revisage.Training.Tests.Data.GroundTruth;

namespace Revisage.Training.Tests.Data.Prepare;

/// <summary>A folder of pictures in which a white square stands for a face, and the listing of it.</summary>
internal sealed class DrawnPhotographs : IDisposable
{
    private readonly List<SourceFace> faces = [];

    public string Folder { get; } = Directory.CreateTempSubdirectory("revisage-photographs-").FullName;

    public List<SourceProblem> Problems { get; } = [];

    public static DatasetTerms Terms { get; } = new("drawn", "a test", "none needed");

    public PrepareInput Input(string set = "drawn") => new(set, Terms, new SourceListing([.. faces], Problems));

    /// <summary>A grey picture with white squares, as PNG; what else is known of its face is for <paramref name="more"/> to say.</summary>
    public SourceFace Add(string name, int width, int height, (int Left, int Top, int Side)[] squares, Func<SourceFace, SourceFace>? more = null)
    {
        var rgb = new byte[3 * width * height];
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                var isFace = squares.Any(square => x >= square.Left && x < square.Left + square.Side && y >= square.Top && y < square.Top + square.Side);
                // Grey that says the place, so that a wrong cut shows.
                rgb.AsSpan(3 * (y * width + x), 3).Fill(isFace ? (byte)255 : (byte)(40 + (x + 2 * y) % 100));
            }
        }

        return AddFile(name, ImageFile.EncodePng(Image.FromRgb24(width, height, rgb)), more);
    }

    public SourceFace AddFile(string name, byte[] content, Func<SourceFace, SourceFace>? more = null)
    {
        var path = Path.Combine(Folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, content);
        var face = new SourceFace { Path = path, Name = name };
        return AddListed(more is null ? face : more(face));
    }

    public SourceFace AddListed(SourceFace face)
    {
        faces.Add(face);
        return face;
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}

/// <summary>Sees white squares, and in each the drawn face's landmarks.</summary>
internal sealed class WhiteSquareFinder : IFaceFinder
{
    public IReadOnlyList<FoundFace> Detect(RgbPicture picture, int doublings)
    {
        var found = new List<FoundFace>();
        for (var y = 0; y < picture.Height; y++)
        {
            for (var x = 0; x < picture.Width; x++)
            {
                if (IsWhite(x, y) && !IsWhite(x - 1, y) && !IsWhite(x, y - 1))
                {
                    var side = 1;
                    while (IsWhite(x + side, y))
                    {
                        side++;
                    }

                    // As dlib: 80 pixels at least, half with each doubling.
                    if (side >= 80 >> doublings)
                    {
                        found.Add(new FoundFace(new FaceBox(x, y, side, side), 1));
                    }
                }
            }
        }

        return found;

        bool IsWhite(int x, int y) => x >= 0 && y >= 0 && x < picture.Width && y < picture.Height && picture.Rgb[3 * (y * picture.Width + x)] == 255;
    }

    public Landmarks FindLandmarks(RgbPicture picture, FaceBox box) => LandmarksIn(box);

    /// <summary>The drawn face is 100 pixels wide.</summary>
    public static Landmarks LandmarksIn(FaceBox box) =>
        DrawnLandmarks.Face.Transformed(Matrix3x2.CreateScale((float)(box.Width / 100)) * Matrix3x2.CreateTranslation((float)box.Left, (float)box.Top));

    public void Dispose()
    {
    }
}

/// <summary>Keeps faces in memory, in order.</summary>
internal sealed class MemorySink : IFaceSink
{
    public List<(FaceRecord Record, byte[] Picture, byte[]? Parsing)> Faces { get; } = [];

    public FaceRecord this[string name] => Faces.Single(face => face.Record.Name == name).Record;

    public IEnumerable<string> Names => Faces.Select(face => face.Record.Name);

    public bool Contains(string set, string name) => Faces.Any(face => face.Record.Set == set && face.Record.Name == name);

    public byte[] ReadPicture(string set, string name) => Faces.Single(face => face.Record.Set == set && face.Record.Name == name).Picture;

    public void Add(FaceRecord record, ReadOnlyMemory<byte> picture, ReadOnlyMemory<byte>? parsing) =>
        Faces.Add((record, picture.ToArray(), parsing?.ToArray()));
}
