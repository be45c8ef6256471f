using System.Numerics;
using System.Security.Cryptography;
using Revisage.Data;
using Revisage.Data.Packed;
using Revisage.Data.Sources;
using Revisage.Faces;
using Revisage.Imaging;

namespace Revisage.Training.Tests.Data.Packed;

/// <summary>Faces that can be told apart, and a folder to pack them into.</summary>
internal sealed class PackedFaces : IDisposable
{
    public const int Side = 6;

    public static readonly PreparedSource Source = new()
    {
        Set = "drawn",
        Terms = new DatasetTerms("Drawn faces", "https://example.org", "CC0"),
        Crop = "whole",
        Pictures = 12,
        LeftOut = new Dictionary<string, int> { ["no face found"] = 2 },
    };

    public string Folder { get; } = Directory.CreateTempSubdirectory("revisage-packed-").FullName;

    public static FaceRecord Record(int i) => new()
    {
        Name = $"faces/Zoë 김 {i}.png",
        Set = "drawn",
        Split = "train",
        Width = Side,
        Height = Side,
        Hr = Side - 2,
    };

    /// <summary>A record in which nothing is left open.</summary>
    public static FaceRecord Full(int i) => Record(i) with
    {
        Split = i % 3 == 0 ? "val" : "train",
        Landmarks = new Landmarks([.. Enumerable.Range(0, Landmarks.Count).Select(k => k == 5 ? new Vector2(float.NaN) : new Vector2(k * Side / 80f, i / 10f))]),
        Parsing = ParsingSource.Network,
        Identity = $"Ångström {i}",
        Photograph = $"photo-{i}.jpg",
        Age = i,
        Gender = "f",
        Ethnicity = "",
    };

    public static byte[] Picture(int i) => ImageFile.EncodePng(Image.FromRgb24(Side, Side, Rgb(i)));

    public static byte[] Rgb(int i) => [.. Enumerable.Range(0, 3 * Side * Side).Select(k => (byte)(k * 7 + i * 31))];

    public static byte[] Classes(int i) => [.. Enumerable.Range(0, Side * Side).Select(k => (byte)((k + i) % 19))];

    public static byte[] Parsing(int i) => IndexedPng.Encode(Classes(i), Side, Side);

    /// <summary>Adds full faces, pictures and parsing maps.</summary>
    public static void Add(PackedSetWriter writer, int from, int to)
    {
        for (var i = from; i < to; i++)
        {
            writer.Add(Full(i), Picture(i), Parsing(i));
        }
    }

    /// <summary>A finished set of full faces.</summary>
    public void Write(int count)
    {
        using var writer = PackedSetWriter.Open(Folder);
        Add(writer, 0, count);
        writer.Complete([Source]);
    }

    public string PathOf(string file) => Path.Combine(Folder, file);

    public void Flip(string file, long at)
    {
        using var stream = File.Open(PathOf(file), FileMode.Open);
        stream.Position = at;
        var value = stream.ReadByte();
        stream.Position = at;
        stream.WriteByte((byte)(value ^ 0x10));
    }

    public void Cut(string file, long length)
    {
        using var stream = File.Open(PathOf(file), FileMode.Open);
        stream.SetLength(length);
    }

    public Dictionary<string, byte[]> Files() =>
        Directory.EnumerateFiles(Folder).ToDictionary(path => Path.GetFileName(path), File.ReadAllBytes);

    /// <summary>All names and contents in a few words.</summary>
    public string Digest() => string.Join('\n', Files().OrderBy(file => file.Key, StringComparer.Ordinal)
        .Select(file => $"{file.Key} {file.Value.Length} {Convert.ToHexStringLower(SHA256.HashData(file.Value))}"));

    public void Restore(Dictionary<string, byte[]> files)
    {
        foreach (var path in Directory.EnumerateFiles(Folder))
        {
            File.Delete(path);
        }

        foreach (var (name, bytes) in files)
        {
            File.WriteAllBytes(PathOf(name), bytes);
        }
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
