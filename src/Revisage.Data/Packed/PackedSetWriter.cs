using Microsoft.Win32.SafeHandles;

namespace Revisage.Data.Packed;

/// <summary>
/// Writes a packed set (docs/packed-set.md), or goes on with one. Faces are only ever appended: each keeps its index.
/// A process killed at any moment loses at most the face being written, a power cut at most the last 256.
/// </summary>
/// <remarks>Methods may be called by many threads; faces then come in the order of the calls.</remarks>
public sealed class PackedSetWriter : IFaceSink, IDisposable
{
    private const long DefaultPackBytes = 1L << 30;

    private const int SyncEvery = 256;

    private static readonly string[] Splits = ["train", "val", "test"];

    private readonly Lock gate = new();
    private readonly string folder;
    private readonly long packBytes;
    private SetManifest? finished;
    private readonly SafeFileHandle index;
    private readonly List<FaceRecord> faces = [];
    private readonly List<FaceBlobs> stored = [];
    private readonly Dictionary<(string Set, string Name), int> numbers = [];
    private readonly Dictionary<string, int> people = new(StringComparer.Ordinal);
    private readonly List<long> packLengths = [];
    private SafeFileHandle? pack;
    private long indexLength;

    private PackedSetWriter(string folder, long packBytes)
    {
        (this.folder, this.packBytes) = (folder, packBytes);
        try
        {
            Directory.CreateDirectory(folder);
            finished = File.Exists(Path.Combine(folder, SetManifest.FileName)) ? SetManifest.Read(folder) : null;
            // Not shared: this is also what keeps a second writer out.
            index = File.OpenHandle(Path.Combine(folder, PackIndex.FileName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RevisageException($"'{folder}' cannot be written to: {e.Message} If another process is preparing into it, wait for its end; else choose another folder.", e);
        }

        try
        {
            GoOn();
        }
        catch (Exception e)
        {
            Dispose();
            if (e is IOException or UnauthorizedAccessException)
            {
                throw CannotWrite(e);
            }

            throw;
        }
    }

    /// <summary>Faces in the set, those from before included.</summary>
    public int Count
    {
        get
        {
            lock (gate)
            {
                return faces.Count;
            }
        }
    }

    /// <summary>All faces in the set so far.</summary>
    public IReadOnlyList<FaceRecord> Faces
    {
        get
        {
            lock (gate)
            {
                return [.. faces];
            }
        }
    }

    /// <summary>Begins a set, goes on with one that was not finished, or adds to a finished one.</summary>
    /// <exception cref="RevisageException">The folder cannot be written to, or its set is damaged.</exception>
    public static PackedSetWriter Open(string folder) => Open(folder, DefaultPackBytes);

    /// <param name="packBytes">At which the next pack begins.</param>
    internal static PackedSetWriter Open(string folder, long packBytes)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        return new PackedSetWriter(folder, packBytes);
    }

    public bool Contains(string set, string name)
    {
        lock (gate)
        {
            return numbers.ContainsKey((set, name));
        }
    }

    /// <inheritdoc/>
    /// <exception cref="RevisageException">It cannot be read, or is damaged.</exception>
    public byte[] ReadPicture(string set, string name)
    {
        lock (gate)
        {
            var blobs = stored[numbers[(set, name)]];
            var bytes = new byte[blobs.PictureLength];
            try
            {
                using var earlier = blobs.Pack == packLengths.Count - 1 ? null : File.OpenHandle(PackPath(blobs.Pack));
                var read = RandomAccess.Read(earlier ?? pack!, bytes, blobs.Offset);
                return read == bytes.Length && Crc32C.Of(bytes) == blobs.PictureChecksum
                    ? bytes
                    : throw new RevisageException($"'{name}' in '{PackPath(blobs.Pack)}' is damaged. Restore the file from a copy, or prepare the set again.");
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new RevisageException($"'{PackPath(blobs.Pack)}' cannot be read: {e.Message} Mend that, and run it again.", e);
            }
        }
    }

    /// <inheritdoc/>
    /// <exception cref="RevisageException">
    /// There is a face of that set and name, or one of that identity in another split; the record does not hold
    /// together; or the disk is full, after which the set is as it was before.
    /// </exception>
    public void Add(FaceRecord record, ReadOnlyMemory<byte> picture, ReadOnlyMemory<byte>? parsing)
    {
        ArgumentNullException.ThrowIfNull(record);
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(index.IsClosed, this);
            // A null byte[] arrives here as no bytes and not as null.
            var map = parsing ?? ReadOnlyMemory<byte>.Empty;
            if (Refusal(record, picture.Length, map.Length) is { } refusal)
            {
                throw new RevisageException(refusal);
            }

            try
            {
                var blobs = Place(picture, map);
                var entry = PackIndex.Encode(record, blobs);
                // The entry makes the face exist, so it comes last. A write that fails is written over by the next.
                RandomAccess.Write(pack!, [picture, map], blobs.Offset);
                RandomAccess.Write(index, entry, indexLength);
                packLengths[blobs.Pack] = blobs.End;
                indexLength += entry.Length;
                Remember(record, blobs);
                if (faces.Count % SyncEvery == 0)
                {
                    Sync();
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw CannotWrite(e);
            }
        }
    }

    /// <summary>Makes all faces added so far a set that can be read. More may be added, and completed again.</summary>
    /// <param name="sources">
    /// Where faces come from; sources that an earlier manifest names and that are not given are kept as they are.
    /// </param>
    /// <exception cref="RevisageException">No source is given for a face, a file is not what it was, or the disk is full.</exception>
    public SetManifest Complete(IReadOnlyList<PreparedSource> sources, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(sources);
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(index.IsClosed, this);
            var known = (finished?.Sources ?? []).Where(old => sources.All(source => source.Set != old.Set)).Concat(sources)
                .OrderBy(source => source.Set, StringComparer.Ordinal).ToArray();
            if (faces.Find(face => known.All(source => source.Set != face.Set)) is { } orphan)
            {
                throw new RevisageException($"'{orphan.Name}' is of '{orphan.Set}', but nothing says where that comes from. Name the sources of all faces in '{folder}'.");
            }

            try
            {
                Sync();
                var files = new List<SetFile> { Listed(index, PackIndex.FileName, indexLength, cancel) };
                for (var number = 0; number < packLengths.Count; number++)
                {
                    var last = number == packLengths.Count - 1;
                    using var earlier = last ? null : File.OpenHandle(PackPath(number));
                    files.Add(Listed(earlier ?? pack!, PackIndex.PackName(number), packLengths[number], cancel));
                }

                finished = new SetManifest
                {
                    Format = SetManifest.CurrentFormat,
                    Tool = $"revisage {typeof(PackedSetWriter).Assembly.GetName().Version!.ToString(3)}",
                    Sources = known,
                    Counts = SetCounts.Of(faces),
                    Files = files,
                };
                finished.Write(folder);
                return finished;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw CannotWrite(e);
            }
        }
    }

    public void Dispose()
    {
        index.Dispose();
        pack?.Dispose();
    }

    /// <summary>Takes up what is in the folder, without what a kill left half written.</summary>
    private void GoOn()
    {
        var path = Path.Combine(folder, PackIndex.FileName);
        var (written, committed) = (RandomAccess.GetLength(index), finished?.Files[0].Bytes ?? 0);
        if (written < committed)
        {
            throw new RevisageException($"'{path}' has {written} bytes, but {committed} when the set was finished. Restore the file from a copy, or prepare the set again.");
        }

        var entries = new List<IndexEntry>();
        if (written >= PackIndex.HeaderLength)
        {
            using var mapped = new MappedFile(index, written);
            entries = PackIndex.Read(mapped, path, tornAfter: committed);
            var done = entries.FindLastIndex(entry => entry.End <= committed) + 1;
            var torn = entries.FindIndex(Math.Max(done, entries.Count - SyncEvery), entry => !IsIntact(entry.Blobs));
            entries.RemoveRange(torn < 0 ? entries.Count : torn, torn < 0 ? 0 : entries.Count - torn);
        }
        else if (File.Exists(PackPath(0)))
        {
            // The index's header reaches the disk before there is a pack, so no kill leaves this.
            throw new RevisageException($"'{folder}' holds '{PackIndex.PackName(0)}', but no index that says what is in it. Restore '{PackIndex.FileName}' from a copy, or empty the folder.");
        }

        entries.ForEach(entry => Remember(entry.Face, entry.Blobs));
        packLengths.AddRange(PackIndex.PackLengths(entries));
        TrimPacks();
        indexLength = entries.Count > 0 ? entries[^1].End : PackIndex.HeaderLength;
        RandomAccess.Write(index, PackIndex.Header(), 0);
        RandomAccess.SetLength(index, indexLength);
        RandomAccess.FlushToDisk(index);
    }

    private bool IsIntact(FaceBlobs blobs)
    {
        var file = new FileInfo(PackPath(blobs.Pack));
        if (!file.Exists || file.Length < blobs.End)
        {
            return false;
        }

        using var handle = File.OpenHandle(file.FullName);
        var bytes = new byte[blobs.End - blobs.Offset];
        return RandomAccess.Read(handle, bytes, blobs.Offset) == bytes.Length
            && Crc32C.Of(bytes.AsSpan(0, blobs.PictureLength)) == blobs.PictureChecksum
            && Crc32C.Of(bytes.AsSpan(blobs.PictureLength)) == blobs.ParsingChecksum;
    }

    /// <summary>Cuts off what belongs to no face, and opens the last pack.</summary>
    private void TrimPacks()
    {
        for (var number = 0; number < packLengths.Count; number++)
        {
            pack?.Dispose();
            pack = File.OpenHandle(PackPath(number), FileMode.Open, FileAccess.ReadWrite, FileShare.Read);
            var length = RandomAccess.GetLength(pack);
            if (length < packLengths[number])
            {
                throw new RevisageException($"'{PackPath(number)}' has {length} bytes, but its faces take {packLengths[number]}. Restore the file from a copy, or prepare the set again.");
            }

            if (length > packLengths[number])
            {
                RandomAccess.SetLength(pack, packLengths[number]);
            }
        }

        for (var number = packLengths.Count; File.Exists(PackPath(number)); number++)
        {
            File.Delete(PackPath(number));
        }
    }

    private string? Refusal(FaceRecord face, int pictureBytes, int parsingBytes)
    {
        if (string.IsNullOrEmpty(face.Name) || string.IsNullOrEmpty(face.Set))
        {
            return $"A face of set '{face.Set}' is named '{face.Name}', but both say something. Name it.";
        }

        if (!Splits.Contains(face.Split))
        {
            return $"'{face.Name}' is to be in split '{face.Split}', but there are {string.Join(", ", Splits)}. Choose one of these.";
        }

        if (face.Hr < 1 || face.Hr > Math.Min(face.Width, face.Height))
        {
            return $"'{face.Name}' is {face.Width}x{face.Height} with a face of {face.Hr} pixels, which does not fit in it. Cut it again.";
        }

        if (pictureBytes == 0 || parsingBytes == 0 != face.Parsing is ParsingSource.None)
        {
            return $"'{face.Name}' comes with {pictureBytes} bytes of picture and {parsingBytes} of parsing map (source: {face.Parsing}). Give what its record says.";
        }

        var bytes = pictureBytes + (long)parsingBytes;
        if (bytes > packBytes)
        {
            return $"'{face.Name}' takes {bytes} bytes, but a pack has {packBytes}. Make its picture smaller.";
        }

        if (numbers.TryGetValue((face.Set, face.Name), out var same))
        {
            return $"'{face.Name}' of '{face.Set}' is to be added a second time: '{faces[same].Name}' is face {same} of '{folder}'. Rename one of the two pictures.";
        }

        return face.Identity is { } who && people.TryGetValue(who, out var other) && faces[other].Split != face.Split
            ? $"'{face.Name}' ({face.Split}) shows '{who}', who is in '{faces[other].Name}' ({faces[other].Split}). Nobody may be in two splits: put both into one."
            : null;
    }

    private void Remember(FaceRecord face, FaceBlobs blobs)
    {
        numbers.Add((face.Set, face.Name), faces.Count);
        if (face.Identity is { } who)
        {
            people.TryAdd(who, faces.Count);
        }

        faces.Add(face);
        stored.Add(blobs);
    }

    /// <summary>At the end of the last pack, or at the beginning of a new one.</summary>
    private FaceBlobs Place(ReadOnlyMemory<byte> picture, ReadOnlyMemory<byte> parsing)
    {
        var end = packLengths.Count > 0 ? packLengths[^1] : 0;
        if (pack is null || end > 0 && end + picture.Length + parsing.Length > packBytes)
        {
            if (pack is not null)
            {
                RandomAccess.SetLength(pack, end);
                RandomAccess.FlushToDisk(pack);
                pack.Dispose();
            }

            pack = File.OpenHandle(PackPath(packLengths.Count), FileMode.Create, FileAccess.ReadWrite, FileShare.Read);
            packLengths.Add(0);
        }

        return new FaceBlobs(packLengths.Count - 1, packLengths[^1], picture.Length, Crc32C.Of(picture.Span), parsing.Length, Crc32C.Of(parsing.Span));
    }

    private void Sync()
    {
        // In this order: what the index speaks of is there.
        if (pack is not null)
        {
            RandomAccess.FlushToDisk(pack);
        }

        RandomAccess.FlushToDisk(index);
    }

    /// <summary>A file for the manifest; what an earlier manifest lists of it must not have changed, or damage would get a hash of its own.</summary>
    private SetFile Listed(SafeFileHandle file, string name, long bytes, CancellationToken cancel)
    {
        var before = finished?.Files.FirstOrDefault(listed => listed.Name == name);
        return before is null || SetFile.Of(file, name, before.Bytes, cancel) == before
            ? SetFile.Of(file, name, bytes, cancel)
            : throw new RevisageException($"'{Path.Combine(folder, name)}' has changed since the set was finished. Restore the file from a copy, or prepare the set again.");
    }

    private string PackPath(int number) => Path.Combine(folder, PackIndex.PackName(number));

    private RevisageException CannotWrite(Exception e) =>
        new($"'{folder}' cannot be written to: {e.Message} What was prepared so far is kept: free some space or mend permissions, and run it again.", e);
}
