using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;
using Revisage.Faces;

namespace Revisage.Data.Packed;

/// <summary>Where a face's files lie in a pack: the picture, and right behind it the parsing map.</summary>
/// <param name="ParsingLength">0 where there is none.</param>
internal readonly record struct FaceBlobs(int Pack, long Offset, int PictureLength, uint PictureChecksum, int ParsingLength, uint ParsingChecksum)
{
    public long ParsingOffset => Offset + PictureLength;

    public long End => Offset + PictureLength + ParsingLength;
}

/// <param name="End">Where its entry ends in the index file.</param>
internal readonly record struct IndexEntry(FaceRecord Face, FaceBlobs Blobs, long End);

/// <summary>The index file of a packed set, an entry a face (docs/packed-set.md has the layout).</summary>
internal static class PackIndex
{
    public const string FileName = "faces.index";
    public const int HeaderLength = 16;
    private const int EntryHeaderLength = 12;
    private const int LongestEntry = 1 << 16;
    private const uint Version = 1;
    private const ushort NoText = ushort.MaxValue;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    [Flags]
    private enum Fields : byte
    {
        None = 0,
        Landmarks = 1,
        Age = 2,
    }

    public static string PackName(int pack) => string.Create(CultureInfo.InvariantCulture, $"faces-{pack:D3}.pack");

    public static byte[] Header()
    {
        var header = new byte[HeaderLength];
        "revpack\n"u8.CopyTo(header);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(8), Version);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(12), Crc32C.Of(header.AsSpan(0, 12)));
        return header;
    }

    /// <exception cref="RevisageException">Its texts are too long, or are no Unicode.</exception>
    public static byte[] Encode(FaceRecord face, FaceBlobs blobs)
    {
        using var entry = new MemoryStream();
        using var writer = new BinaryWriter(entry);
        writer.Seek(EntryHeaderLength, SeekOrigin.Begin);
        writer.Write(blobs.Pack);
        writer.Write(blobs.Offset);
        writer.Write(blobs.PictureLength);
        writer.Write(blobs.PictureChecksum);
        writer.Write(blobs.ParsingLength);
        writer.Write(blobs.ParsingChecksum);
        writer.Write(face.Width);
        writer.Write(face.Height);
        writer.Write(face.Hr);
        writer.Write((byte)face.Parsing);
        writer.Write((byte)((face.Landmarks is null ? Fields.None : Fields.Landmarks) | (face.Age is null ? Fields.None : Fields.Age)));
        writer.Write(face.Age ?? 0);
        if (face.Landmarks is { } landmarks)
        {
            writer.Write(MemoryMarshal.AsBytes(landmarks.Points));
        }

        try
        {
            foreach (var text in new[] { face.Name, face.Set, face.Split, face.Identity, face.Photograph, face.Gender, face.Ethnicity })
            {
                var bytes = text is null ? [] : Utf8.GetBytes(text);
                writer.Write(text is null ? NoText : (ushort)Math.Min(bytes.Length, NoText));
                writer.Write(bytes);
            }
        }
        catch (EncoderFallbackException e)
        {
            throw new RevisageException($"The texts of '{face.Name}' are not all Unicode. Rename the picture or mend its annotations.", e);
        }

        if (entry.Length > LongestEntry)
        {
            throw new RevisageException($"What is known of '{face.Name}' takes {entry.Length} bytes, but an entry has {LongestEntry} at most. Shorten its texts.");
        }

        var whole = entry.ToArray();
        BinaryPrimitives.WriteInt32LittleEndian(whole, whole.Length - EntryHeaderLength);
        BinaryPrimitives.WriteUInt32LittleEndian(whole.AsSpan(4), Crc32C.Of(whole.AsSpan(EntryHeaderLength)));
        BinaryPrimitives.WriteUInt32LittleEndian(whole.AsSpan(8), Crc32C.Of(whole.AsSpan(0, 8)));
        return whole;
    }

    /// <summary>All entries of an index.</summary>
    /// <param name="tornAfter">
    /// From here on an entry that was cut off, and everything behind it, is left out; null where all is to be whole.
    /// </param>
    /// <param name="path">What errors call it.</param>
    /// <exception cref="RevisageException">It is damaged, or does not hold together.</exception>
    public static List<IndexEntry> Read(MappedFile index, string path, long? tornAfter)
    {
        if (index.Length < HeaderLength || !index.Read(0, HeaderLength, header => header.SequenceEqual(Header())))
        {
            throw Damaged(path, "it does not begin as an index of this version does");
        }

        var entries = new List<IndexEntry>();
        var texts = new Dictionary<string, string>(StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();
        var (position, pack, end) = ((long)HeaderLength, 0, 0L);
        while (position < index.Length)
        {
            var mayBeTorn = position >= tornAfter;
            if (index.Read(position, (int)Math.Min(LongestEntry, index.Length - position), bytes => ReadEntry(bytes, texts, mayBeTorn)) is not { } entry)
            {
                break;
            }

            position = entry.End;
            var follows = entry.Blobs.Pack == pack ? entry.Blobs.Offset == end : entry.Blobs.Pack == pack + 1 && entry.Blobs.Offset == 0;
            if (!follows || entry.Blobs.PictureLength <= 0 || entry.Blobs.ParsingLength < 0)
            {
                throw Damaged(path, $"the files of entry {entries.Count} ('{entry.Face.Name}') do not follow on the one's before");
            }

            (pack, end) = (entry.Blobs.Pack, entry.Blobs.End);
            entries.Add(entry);
        }

        return entries;

        IndexEntry? ReadEntry(ReadOnlySpan<byte> bytes, Dictionary<string, string>.AlternateLookup<ReadOnlySpan<char>> texts, bool mayBeTorn)
        {
            if (bytes.Length < EntryHeaderLength)
            {
                return mayBeTorn ? null : throw Damaged(path, $"entry {entries.Count} is cut off");
            }

            var (size, checksum) = (BinaryPrimitives.ReadInt32LittleEndian(bytes), BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]));
            if (BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]) != Crc32C.Of(bytes[..8]) || size is < 0 or > LongestEntry - EntryHeaderLength)
            {
                // After a power cut a file may end in zeros that were never written over.
                return mayBeTorn && IsZero(index, position) ? null : throw Damaged(path, $"the header of entry {entries.Count} is not what was written");
            }

            if (size > bytes.Length - EntryHeaderLength)
            {
                return mayBeTorn ? null : throw Damaged(path, $"entry {entries.Count} is cut off");
            }

            var body = bytes.Slice(EntryHeaderLength, size);
            var next = position + EntryHeaderLength + size;
            if (Crc32C.Of(body) != checksum)
            {
                return mayBeTorn && IsZero(index, next) ? null : throw Damaged(path, $"entry {entries.Count} is not what was written");
            }

            var (face, blobs) = Decode(body, texts, path, entries.Count);
            return new IndexEntry(face, blobs, next);
        }
    }

    /// <summary>How long each pack is by the index.</summary>
    public static List<long> PackLengths(IEnumerable<IndexEntry> entries)
    {
        var lengths = new List<long>();
        foreach (var (_, blobs, _) in entries)
        {
            if (blobs.Pack == lengths.Count)
            {
                lengths.Add(0);
            }

            lengths[blobs.Pack] = blobs.End;
        }

        return lengths;
    }

    private static bool IsZero(MappedFile index, long from)
    {
        while (from < index.Length)
        {
            var length = (int)Math.Min(LongestEntry, index.Length - from);
            if (index.Read(from, length, bytes => bytes.ContainsAnyExcept((byte)0)))
            {
                return false;
            }

            from += length;
        }

        return true;
    }

    private static (FaceRecord Face, FaceBlobs Blobs) Decode(
        ReadOnlySpan<byte> body, Dictionary<string, string>.AlternateLookup<ReadOnlySpan<char>> texts, string path, int number)
    {
        try
        {
            var rest = body;
            var blobs = new FaceBlobs(Int(ref rest), Long(ref rest), Int(ref rest), (uint)Int(ref rest), Int(ref rest), (uint)Int(ref rest));
            var (width, height, hr) = (Int(ref rest), Int(ref rest), Int(ref rest));
            var (parsing, fields) = ((ParsingSource)Take(ref rest, 1)[0], (Fields)Take(ref rest, 1)[0]);
            var age = Int(ref rest);
            var landmarks = fields.HasFlag(Fields.Landmarks)
                ? new Landmarks(MemoryMarshal.Cast<byte, Vector2>(Take(ref rest, Landmarks.Count * 2 * sizeof(float))))
                : null;
            var face = new FaceRecord
            {
                Name = Text(ref rest, null) ?? "",
                Set = Text(ref rest, texts) ?? "",
                Split = Text(ref rest, texts) ?? "",
                Identity = Text(ref rest, texts),
                Photograph = Text(ref rest, null),
                Gender = Text(ref rest, texts),
                Ethnicity = Text(ref rest, texts),
                Width = width,
                Height = height,
                Hr = hr,
                Parsing = parsing,
                Age = fields.HasFlag(Fields.Age) ? age : null,
                Landmarks = landmarks,
            };
            return rest.IsEmpty ? (face, blobs) : throw Damaged(path, $"entry {number} is longer than its fields");
        }
        catch (Exception e) when (e is ArgumentException)
        {
            throw Damaged(path, $"entry {number} is shorter than its fields, or its texts are not UTF-8", e);
        }
    }

    private static ReadOnlySpan<byte> Take(ref ReadOnlySpan<byte> rest, int count)
    {
        var taken = rest[..count];
        rest = rest[count..];
        return taken;
    }

    private static int Int(ref ReadOnlySpan<byte> rest) => BinaryPrimitives.ReadInt32LittleEndian(Take(ref rest, sizeof(int)));

    private static long Long(ref ReadOnlySpan<byte> rest) => BinaryPrimitives.ReadInt64LittleEndian(Take(ref rest, sizeof(long)));

    /// <param name="known">Texts that many faces share are kept once.</param>
    private static string? Text(ref ReadOnlySpan<byte> rest, Dictionary<string, string>.AlternateLookup<ReadOnlySpan<char>>? known)
    {
        var length = BinaryPrimitives.ReadUInt16LittleEndian(Take(ref rest, sizeof(ushort)));
        if (length == NoText)
        {
            return null;
        }

        var bytes = Take(ref rest, length);
        if (known is not { } shared || length > 256)
        {
            return Utf8.GetString(bytes);
        }

        Span<char> buffer = stackalloc char[256];
        var text = buffer[..Utf8.GetChars(bytes, buffer)];
        if (!shared.TryGetValue(text, out var kept))
        {
            kept = text.ToString();
            shared[text] = kept;
        }

        return kept;
    }

    private static RevisageException Damaged(string path, string why, Exception? inner = null)
    {
        var message = $"'{path}' is damaged: {why}. Restore the file from a copy, or prepare the set again.";
        return inner is null ? new RevisageException(message) : new RevisageException(message, inner);
    }
}
