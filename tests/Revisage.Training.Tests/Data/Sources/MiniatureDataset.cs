using System.Globalization;
using System.Text;
using Revisage.Data.Sources;
using Revisage.Imaging;

namespace Revisage.Training.Tests.Data.Sources;

/// <summary>A dataset's folder, made for a test; a picture is one grey pixel.</summary>
internal sealed class MiniatureDataset : IDisposable
{
    private static readonly byte[] Pixel = ImageFile.EncodePng(new Image(1, 1, [0.5f, 0.5f, 0.5f]));

    private readonly string parent = Directory.CreateTempSubdirectory("revisage-set-").FullName;

    public MiniatureDataset(string name = "set") => Folder = Directory.CreateDirectory(Path.Combine(parent, name)).FullName;

    public string Folder { get; }

    public void Dispose() => Directory.Delete(parent, recursive: true);

    public MiniatureDataset Pictures(params string[] names)
    {
        foreach (var name in names)
        {
            File.WriteAllBytes(Place(name), Pixel);
        }

        return this;
    }

    public MiniatureDataset Lines(string name, params string[] lines)
    {
        File.WriteAllLines(Place(name), lines);
        return this;
    }

    /// <summary>As Windows' editors write: a byte order mark, and lines that end in CR LF.</summary>
    public MiniatureDataset WindowsLines(string name, params string[] lines)
    {
        File.WriteAllText(Place(name), string.Concat(lines.Select(line => line + "\r\n")), new UTF8Encoding(encoderShouldEmitUTF8Identifier: true));
        return this;
    }

    public MiniatureDataset Bytes(string name, byte[] bytes)
    {
        File.WriteAllBytes(Place(name), bytes);
        return this;
    }

    public MiniatureDataset Without(string name)
    {
        File.Delete(Path.Combine(Folder, name));
        return this;
    }

    /// <summary>Reads it as the layout that it must be recognised as.</summary>
    public SourceListing ReadAs(string id)
    {
        DatasetCatalog.Recognise(Folder).Id.ShouldBe(id);
        return DatasetCatalog.Find(id).Read(Folder);
    }

    /// <summary>What reading says, on one line that names the folder.</summary>
    public string ErrorAs(string id)
    {
        var message = Should.Throw<RevisageException>(() => DatasetCatalog.Find(id).Read(Folder)).Message;
        message.ShouldNotContain("\n");
        message.ShouldContain(Folder);
        return message;
    }

    /// <summary><c>1 2 3 ... 2n</c>, apart by <paramref name="separator"/>: points (1, 2), (3, 4) and so on.</summary>
    public static string Numbers(int points, string separator = " ") =>
        string.Join(separator, Enumerable.Range(1, 2 * points).Select(i => i.ToString(CultureInfo.InvariantCulture)));

    /// <summary>A .pts file of the points (1, 1), (2, 4), (3, 9) and so on.</summary>
    public static string[] Pts(int points, int? announced = null) =>
        ["version: 1", $"n_points:  {announced ?? points}", "{", .. Enumerable.Range(1, points).Select(i => $"{i}.0 {i * i}.5"), "}"];

    private string Place(string name)
    {
        var path = Path.Combine(Folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        return path;
    }
}

internal static class ListingAssertions
{
    public static SourceFace Named(this SourceListing listing, string name) => listing.Faces.Single(face => face.Name == name);

    /// <summary>The problems as <c>name: kind</c>, whatever their order.</summary>
    public static void ShouldHaveProblems(this SourceListing listing, params string[] problems)
    {
        listing.Problems.Select(problem => $"{problem.Name}: {problem.Kind}").Order(StringComparer.Ordinal).ShouldBe(problems.Order(StringComparer.Ordinal));
        listing.Problems.ShouldAllBe(problem => problem.Detail.Length > 0);
    }

    public static IEnumerable<string> Names(this SourceListing listing) => listing.Faces.Select(face => face.Name);
}
