using System.Buffers.Binary;
using System.Text;

namespace Revisage.Training.Import;

/// <summary>
/// The zip files that PyTorch writes (PKWARE's APPNOTE 6.3, with zip64): entries are stored, never compressed.
/// Names are only names: nothing is ever unpacked to disk.
/// </summary>
internal sealed class StoredZip
{
    private const int EntryLimit = 100_000;
    private const int DirectoryLimit = 64 << 20;
    private const int EndLength = 22;

    private readonly Stream file;
    private readonly Dictionary<string, Entry> entries = [];
    private long read;

    /// <exception cref="InvalidDataException">The directory is damaged, or says what is not so.</exception>
    public StoredZip(Stream file)
    {
        this.file = file;
        var (start, length, count) = FindDirectory();
        if (count > EntryLimit || length > DirectoryLimit)
        {
            throw new InvalidDataException($"its directory claims {count} entries in {length} bytes; {EntryLimit} in {DirectoryLimit} are read.");
        }

        var directory = Bytes(start, length).AsSpan();
        for (var i = 0L; i < count; i++)
        {
            if (directory.Length < 46 || BinaryPrimitives.ReadUInt32LittleEndian(directory) != 0x02014b50)
            {
                throw new InvalidDataException($"its directory claims {count} entries, and has {i}.");
            }

            var (name, extra, comment) = (Short(directory, 28), Short(directory, 30), Short(directory, 32));
            if (directory.Length < 46 + name + extra + comment)
            {
                throw new InvalidDataException($"its directory ends inside entry {i + 1}.");
            }

            var key = Encoding.UTF8.GetString(directory.Slice(46, name));
            First ??= key;
            if (!entries.TryAdd(key, EntryOf(directory, directory.Slice(46 + name, extra))))
            {
                throw new InvalidDataException($"it has two entries '{key}'.");
            }

            directory = directory[(46 + name + extra + comment)..];
        }
    }

    /// <summary>The first entry's name, if there is one.</summary>
    public string? First { get; }

    public bool Contains(string name) => entries.ContainsKey(name);

    /// <summary>An entry's bytes, checked against its checksum.</summary>
    /// <exception cref="InvalidDataException">It is absent, compressed, encrypted, damaged, or not where the directory says.</exception>
    public byte[] Read(string name)
    {
        if (!entries.TryGetValue(name, out var entry))
        {
            throw new InvalidDataException($"it has no entry '{name}'.");
        }

        if ((entry.Flags & 1) != 0)
        {
            throw new InvalidDataException($"its entry '{name}' is encrypted, which PyTorch never does.");
        }

        if (entry.Method != 0 || entry.Packed != entry.Length)
        {
            throw new InvalidDataException($"its entry '{name}' is compressed, which PyTorch never does. Unpack it, and pack it again without compression (zip -0).");
        }

        var header = Bytes(entry.Offset, 30);
        var (nameLength, extraLength) = (Short(header, 26), Short(header, 28));
        if (BinaryPrimitives.ReadUInt32LittleEndian(header) != 0x04034b50 || Encoding.UTF8.GetString(Bytes(entry.Offset + 30, nameLength)) != name)
        {
            throw new InvalidDataException($"its entry '{name}' is not where its directory says.");
        }

        // Entries cannot hold more than the file does, unless they overlap.
        read += entry.Length;
        if (read > file.Length)
        {
            throw new InvalidDataException("its entries overlap.");
        }

        var bytes = Bytes(entry.Offset + 30 + nameLength + extraLength, entry.Length);
        return Crc32.Zip(bytes) == entry.Checksum
            ? bytes
            : throw new InvalidDataException($"its entry '{name}' does not match its checksum: the file is damaged, or was saved with torch.serialization.set_crc32_options(False).");
    }

    private (long Start, long Length, long Count) FindDirectory()
    {
        // The end record comes last, before a comment of up to 65,535 bytes.
        var tail = Bytes(Math.Max(0, file.Length - EndLength - ushort.MaxValue), Math.Min(file.Length, EndLength + ushort.MaxValue));
        var at = tail.AsSpan(0, Math.Max(0, tail.Length - EndLength + 4)).LastIndexOf("PK\u0005\u0006"u8);
        if (at < 0)
        {
            throw new InvalidDataException("it begins as a zip file, but its end is missing: the file is cut short.");
        }

        var end = tail.AsSpan(at);
        var endPosition = file.Length - tail.Length + at;
        if (endPosition >= 20 && Bytes(endPosition - 20, 20) is var locator && locator.AsSpan().StartsWith("PK\u0006\u0007"u8))
        {
            var wide = Bytes(BinaryPrimitives.ReadInt64LittleEndian(locator.AsSpan(8)), 56);
            return wide.AsSpan().StartsWith("PK\u0006\u0006"u8)
                ? (BinaryPrimitives.ReadInt64LittleEndian(wide.AsSpan(48)), BinaryPrimitives.ReadInt64LittleEndian(wide.AsSpan(40)), BinaryPrimitives.ReadInt64LittleEndian(wide.AsSpan(32)))
                : throw new InvalidDataException("its zip64 end record is not where its locator says.");
        }

        return (BinaryPrimitives.ReadUInt32LittleEndian(end[16..]), BinaryPrimitives.ReadUInt32LittleEndian(end[12..]), Short(end, 10));
    }

    private static Entry EntryOf(ReadOnlySpan<byte> record, ReadOnlySpan<byte> extra)
    {
        var wide = Zip64(extra);
        var length = Widened(BinaryPrimitives.ReadUInt32LittleEndian(record[24..]), ref wide);
        var packed = Widened(BinaryPrimitives.ReadUInt32LittleEndian(record[20..]), ref wide);
        var offset = Widened(BinaryPrimitives.ReadUInt32LittleEndian(record[42..]), ref wide);
        return new Entry(Short(record, 8), Short(record, 10), BinaryPrimitives.ReadUInt32LittleEndian(record[16..]), packed, length, offset);
    }

    private static long Widened(uint value, ref ReadOnlySpan<byte> wide)
    {
        if (value != uint.MaxValue || wide.Length < 8)
        {
            return value;
        }

        var widened = BinaryPrimitives.ReadInt64LittleEndian(wide);
        wide = wide[8..];
        return widened;
    }

    // The extra field numbered 1 holds, in 64 bits, those of length, packed length and offset that are all ones.
    private static ReadOnlySpan<byte> Zip64(ReadOnlySpan<byte> extra)
    {
        while (extra.Length >= 4)
        {
            var size = Math.Min(Short(extra, 2), extra.Length - 4);
            if (Short(extra, 0) == 1)
            {
                return extra.Slice(4, size);
            }

            extra = extra[(4 + size)..];
        }

        return [];
    }

    private static int Short(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]);

    private byte[] Bytes(long start, long length)
    {
        if (start < 0 || length < 0 || length > int.MaxValue || start > file.Length - length)
        {
            throw new InvalidDataException($"it claims {length} bytes from byte {start}, but has {file.Length}.");
        }

        var bytes = new byte[length];
        file.Position = start;
        file.ReadExactly(bytes);
        return bytes;
    }

    private sealed record Entry(int Flags, int Method, uint Checksum, long Packed, long Length, long Offset);
}
