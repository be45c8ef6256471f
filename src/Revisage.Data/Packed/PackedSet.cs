using Revisage.Imaging;

namespace Revisage.Data.Packed;

/// <summary>
/// A finished packed set (docs/packed-set.md): a few memory-mapped files from which faces are decoded where they lie.
/// </summary>
public sealed class PackedSet : IFaceSource, IDisposable
{
    private readonly IndexEntry[] entries;
    private readonly MappedFile[] packs;

    private PackedSet(string folder, SetManifest manifest, IndexEntry[] entries, MappedFile[] packs)
    {
        (Name, Manifest, this.entries, this.packs) = (folder, manifest, entries, packs);
        Faces = Array.ConvertAll(entries, entry => entry.Face);
    }

    /// <summary>Its folder.</summary>
    public string Name { get; }

    public SetManifest Manifest { get; }

    public IReadOnlyList<FaceRecord> Faces { get; }

    /// <summary>Whether a folder holds a packed set, be it finished or not.</summary>
    public static bool IsAt(string folder) =>
        File.Exists(Path.Combine(folder, PackIndex.FileName)) || File.Exists(Path.Combine(folder, SetManifest.FileName));

    /// <summary>Reads manifest and index; sizes and places are compared with the files, pictures are left for later.</summary>
    /// <exception cref="RevisageException">There is no set, it was not finished, or it is damaged.</exception>
    public static PackedSet Open(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        var manifest = SetManifest.Read(folder);
        List<IndexEntry> entries;
        using (var index = Map(folder, manifest.Files[0]))
        {
            entries = PackIndex.Read(index, Path.Combine(folder, PackIndex.FileName), tornAfter: null);
        }

        var lengths = PackIndex.PackLengths(entries);
        if (!lengths.SequenceEqual(manifest.Files.Skip(1).Select(file => file.Bytes)))
        {
            throw new RevisageException(
                $"'{folder}' does not hold together: by its index the packs have {string.Join(", ", lengths)} bytes, by its manifest {string.Join(", ", manifest.Files.Skip(1).Select(file => file.Bytes))}. Restore the files from a copy, or prepare the set again.");
        }

        var packs = new List<MappedFile>();
        try
        {
            packs.AddRange(manifest.Files.Skip(1).Select(file => Map(folder, file)));
            return new PackedSet(folder, manifest, [.. entries], [.. packs]);
        }
        catch
        {
            packs.ForEach(pack => pack.Dispose());
            throw;
        }
    }

    public byte[] ReadRgb(int index)
    {
        var (face, blobs, _) = entries[index];
        return packs[blobs.Pack].Read(blobs.Offset, blobs.PictureLength, bytes =>
        {
            var name = Called(index);
            Verify(bytes, blobs.PictureChecksum, name);
            var (width, height, rgb) = ImageFile.DecodeRgb24(bytes, name);
            return (width, height) == (face.Width, face.Height) ? rgb : throw WrongSize(name, width, height, face);
        });
    }

    public byte[]? ReadParsing(int index)
    {
        var (face, blobs, _) = entries[index];
        return blobs.ParsingLength == 0 ? null : packs[blobs.Pack].Read(blobs.ParsingOffset, blobs.ParsingLength, bytes =>
        {
            var name = $"parsing map of {Called(index)}";
            Verify(bytes, blobs.ParsingChecksum, name);
            var (width, height, classes) = IndexedPng.Decode(bytes, name);
            return (width, height) == (face.Width, face.Height) ? classes : throw WrongSize(name, width, height, face);
        });
    }

    public void Dispose()
    {
        foreach (var pack in packs)
        {
            pack.Dispose();
        }
    }

    private static MappedFile Map(string folder, SetFile listed)
    {
        var path = Path.Combine(folder, listed.Name);
        try
        {
            using var file = File.OpenHandle(path, share: FileShare.ReadWrite);
            var length = RandomAccess.GetLength(file);
            return length >= listed.Bytes && listed.Bytes > 0
                ? new MappedFile(file, listed.Bytes)
                : throw new RevisageException($"'{path}' has {length} bytes, but {listed.Bytes} by its manifest. Restore the file from a copy, or prepare the set again.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RevisageException($"'{path}' cannot be opened: {e.Message} If faces are being added to the set, wait for the end; else restore the file from a copy.", e);
        }
    }

    private static void Verify(ReadOnlySpan<byte> bytes, uint checksum, string name)
    {
        if (Crc32C.Of(bytes) != checksum)
        {
            throw new RevisageException($"'{name}' is damaged: its checksum is not the one that was written. Restore the file from a copy, or prepare the set again.");
        }
    }

    private static RevisageException WrongSize(string name, int width, int height, FaceRecord face) =>
        new($"'{name}' is {width}x{height}, but its record says {face.Width}x{face.Height}. Prepare the set again.");

    private string Called(int index) => $"{entries[index].Face.Name} in {Path.Combine(Name, PackIndex.PackName(entries[index].Blobs.Pack))}";
}
