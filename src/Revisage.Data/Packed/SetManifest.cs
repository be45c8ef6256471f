using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Win32.SafeHandles;
using Revisage.Data.Sources;

namespace Revisage.Data.Packed;

/// <summary>
/// What a packed set says of itself: where its faces come from and on what terms, how many of which kind there are,
/// and the hashes of its files. It is written last; what it does not list is no part of the set.
/// </summary>
public sealed record SetManifest
{
    internal const string FileName = "manifest.json";
    internal const string CurrentFormat = "revisage-packed-1";

    public required string Format { get; init; }

    /// <summary>Name and version of what wrote it.</summary>
    public required string Tool { get; init; }

    /// <summary>In order of <see cref="PreparedSource.Set"/>.</summary>
    public required IReadOnlyList<PreparedSource> Sources { get; init; }

    public required SetCounts Counts { get; init; }

    /// <summary>The index, then the packs in order.</summary>
    public required IReadOnlyList<SetFile> Files { get; init; }

    /// <exception cref="RevisageException">It cannot be read, or is no manifest.</exception>
    public static SetManifest Read(string folder)
    {
        var path = Path.Combine(folder, FileName);
        try
        {
            var manifest = JsonSerializer.Deserialize(File.ReadAllBytes(path), ManifestJson.Default.SetManifest);
            return manifest?.Problem() is { } problem ? throw NotAManifest(path, problem, null) : manifest ?? throw NotAManifest(path, "it is null.", null);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new RevisageException(
                File.Exists(Path.Combine(folder, PackIndex.FileName))
                    ? $"'{folder}' was not finished: it holds faces, but no {FileName}. Run 'revisage prepare' with the same sources and folder again; it goes on where it stopped."
                    : $"'{folder}' is no packed set: it has no {FileName}. Make one with 'revisage prepare'.",
                e);
        }
        catch (JsonException e)
        {
            throw NotAManifest(path, e.Message, e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RevisageException($"'{path}' cannot be read: {e.Message} Check its permissions.", e);
        }
    }

    internal void Write(string folder) =>
        AtomicFile.WriteAllText(Path.Combine(folder, FileName), JsonSerializer.Serialize(this, ManifestJson.Default.SetManifest) + "\n");

    private string? Problem()
    {
        if (Format != CurrentFormat)
        {
            return $"'format' is '{Format}', but '{CurrentFormat}' is read here.";
        }

        // Required members may still be null in JSON.
        if (Sources is null || Sources.Any(source => source?.Set is null || source.Terms is null) || Counts?.Faces is null || Counts.Identities is null || Counts.Parsing is null)
        {
            return "'sources' or 'counts' is null.";
        }

        if (Files is null || Files.Count == 0)
        {
            return "'files' is empty.";
        }

        for (var i = 0; i < Files.Count; i++)
        {
            var name = i == 0 ? PackIndex.FileName : PackIndex.PackName(i - 1);
            if (Files[i]?.Name != name || Files[i].Bytes < 0 || Files[i].Sha256 is not { Length: 64 })
            {
                return $"'files[{i}]' is not '{name}' with its bytes and SHA-256.";
            }
        }

        return null;
    }

    private static RevisageException NotAManifest(string path, string problem, Exception? inner)
    {
        var message = $"'{path}' is not the manifest of a packed set: {problem} Restore the file from a copy, or prepare the set again.";
        return inner is null ? new RevisageException(message) : new RevisageException(message, inner);
    }
}

/// <summary>One source of a set's faces.</summary>
public sealed record PreparedSource
{
    /// <summary>As <see cref="FaceRecord.Set"/> says it.</summary>
    public required string Set { get; init; }

    public required DatasetTerms Terms { get; init; }

    /// <summary>How its faces were cut, in words.</summary>
    public required string Crop { get; init; }

    /// <summary>That its folder held.</summary>
    public required int Pictures { get; init; }

    /// <summary>What was left out of them, by reason.</summary>
    public required IReadOnlyDictionary<string, int> LeftOut { get; init; }
}

/// <summary>A set's faces, counted.</summary>
/// <param name="Faces">By set, then split.</param>
/// <param name="Identities">Different people by split.</param>
/// <param name="Landmarks">Faces that have them.</param>
/// <param name="Parsing">Faces by <see cref="ParsingSource"/>, in lower case.</param>
public sealed record SetCounts(
    IReadOnlyDictionary<string, IReadOnlyDictionary<string, int>> Faces, IReadOnlyDictionary<string, int> Identities, int Landmarks, IReadOnlyDictionary<string, int> Parsing)
{
    public static SetCounts Of(IReadOnlyCollection<FaceRecord> faces) => new(
        Sorted(faces.GroupBy(face => face.Set), set => (IReadOnlyDictionary<string, int>)Sorted(set.GroupBy(face => face.Split), split => split.Count())),
        Sorted(faces.GroupBy(face => face.Split), split => split.Select(face => face.Identity).OfType<string>().Distinct().Count()),
        faces.Count(face => face.Landmarks is not null),
        Sorted(faces.GroupBy(face => face.Parsing.ToString().ToLowerInvariant()), source => source.Count()));

    // Records compare dictionaries by reference.
    internal bool SameAs(SetCounts other) => ToJson() == other.ToJson();

    private string ToJson() => JsonSerializer.Serialize(this, ManifestJson.Default.SetCounts);

    private static SortedDictionary<string, T> Sorted<T>(IEnumerable<IGrouping<string, FaceRecord>> groups, Func<IGrouping<string, FaceRecord>, T> value) =>
        new(groups.ToDictionary(group => group.Key, value), StringComparer.Ordinal);
}

/// <param name="Bytes">Of the file, that are part of the set; a writer that adds faces may have put more behind them.</param>
/// <param name="Sha256">Of these bytes, 64 hexadecimal digits.</param>
public sealed record SetFile(string Name, long Bytes, string Sha256)
{
    /// <summary>Reads and hashes that many bytes of a file.</summary>
    /// <exception cref="EndOfStreamException">It has fewer.</exception>
    internal static SetFile Of(SafeFileHandle file, string name, long bytes, CancellationToken cancel)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[1 << 20];
        for (var position = 0L; position < bytes;)
        {
            cancel.ThrowIfCancellationRequested();
            var read = RandomAccess.Read(file, buffer.AsSpan(0, (int)Math.Min(buffer.Length, bytes - position)), position);
            if (read == 0)
            {
                throw new EndOfStreamException($"'{name}' has {position} bytes, where {bytes} are wanted.");
            }

            hash.AppendData(buffer, 0, read);
            position += read;
        }

        return new SetFile(name, bytes, Convert.ToHexStringLower(hash.GetHashAndReset()));
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    RespectRequiredConstructorParameters = true,
    AllowTrailingCommas = true,
    ReadCommentHandling = JsonCommentHandling.Skip,
    WriteIndented = true,
    NewLine = "\n")]
[JsonSerializable(typeof(SetManifest))]
internal sealed partial class ManifestJson : JsonSerializerContext;
