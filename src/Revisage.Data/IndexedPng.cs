using System.Buffers.Binary;
using System.IO.Compression;
using Revisage.Imaging;

namespace Revisage.Data;

/// <summary>
/// PNGs whose values are classes and not colours: parsing maps. A decoder of pictures would give the palette's
/// colours. Grey and palette, 1 to 8 bits, not interlaced; the checksums of single chunks are not looked at, zlib's
/// over all values is.
/// </summary>
public static class IndexedPng
{
    private const int HeaderEnd = 33;

    // Deflate's best: 258 bytes for a pair of 1-bit codes.
    private const int MostBytesAByte = 1032;

    private const byte GreyColour = 0, PaletteColour = 3;

    private static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    /// <summary>The values as stored, [Height, Width]: of a palette the index, of grey the level without scaling.</summary>
    /// <param name="name">What errors call it.</param>
    /// <exception cref="RevisageException">It is no such PNG, or damaged.</exception>
    public static (int Width, int Height, byte[] Values) Decode(ReadOnlySpan<byte> png, string name)
    {
        if (png.Length < HeaderEnd || !png.StartsWith(Signature) || !png[12..].StartsWith("IHDR"u8))
        {
            throw new RevisageException($"'{name}' is no PNG. A parsing map is a grey or palette PNG whose values are classes: convert it.");
        }

        var (width, height) = (BinaryPrimitives.ReadUInt32BigEndian(png[16..]), BinaryPrimitives.ReadUInt32BigEndian(png[20..]));
        var (bits, colour, interlaced) = (png[24], png[25], png[28] != 0);
        if (colour is not (GreyColour or PaletteColour) || bits is not (1 or 2 or 4 or 8) || interlaced)
        {
            throw new RevisageException(
                $"'{name}' is a PNG of colour type {colour} with {bits} bits{(interlaced ? ", interlaced" : "")}. A parsing map is grey (0) or palette (3), of 8 bits or fewer, not interlaced: convert it.");
        }

        using var packed = new MemoryStream();
        for (var rest = png[HeaderEnd..]; ;)
        {
            var length = rest.Length < 12 ? uint.MaxValue : BinaryPrimitives.ReadUInt32BigEndian(rest);
            if (length > rest.Length - 12)
            {
                throw Damaged(name, "it ends before its last chunk");
            }

            var type = rest[4..8];
            if (type.SequenceEqual("IEND"u8))
            {
                break;
            }

            if (type.SequenceEqual("IDAT"u8))
            {
                packed.Write(rest.Slice(8, (int)length));
            }

            rest = rest[(12 + (int)length)..];
        }

        var stride = ((long)width * bits + 7) / 8;
        if (width is 0 || height is 0 || (UInt128)(stride + 1) * height > (UInt128)(packed.Length * MostBytesAByte) || (UInt128)width * height > ImageFile.MaxPixels)
        {
            throw Damaged(name, $"it claims {width}x{height} in {packed.Length} bytes");
        }

        packed.Position = 0;
        return ((int)width, (int)height, Read(packed, (int)width, (int)height, bits, name));
    }

    /// <summary>An 8-bit grey PNG.</summary>
    /// <param name="values">[height, width].</param>
    public static byte[] Encode(ReadOnlySpan<byte> values, int width, int height)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        ArgumentOutOfRangeException.ThrowIfNotEqual(values.Length, (long)width * height);
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            for (var y = 0; y < height; y++)
            {
                zlib.WriteByte(0);
                zlib.Write(values.Slice(y * width, width));
            }
        }

        Span<byte> header = stackalloc byte[13];
        header.Clear();
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header[4..], height);
        header[8] = 8;
        using var png = new MemoryStream();
        png.Write(Signature);
        WriteChunk(png, "IHDR"u8, header);
        WriteChunk(png, "IDAT"u8, packed.GetBuffer().AsSpan(0, (int)packed.Length));
        WriteChunk(png, "IEND"u8, []);
        return png.ToArray();
    }

    private static byte[] Read(Stream packed, int width, int height, int bits, string name)
    {
        var stride = (int)(((long)width * bits + 7) / 8);
        var (row, above) = (new byte[stride + 1], new byte[stride + 1]);
        var values = new byte[width * height];
        try
        {
            using var zlib = new ZLibStream(packed, CompressionMode.Decompress);
            for (var y = 0; y < height; y++)
            {
                zlib.ReadExactly(row);
                Unfilter(row[0], row.AsSpan(1), above.AsSpan(1), name);
                Unpack(row.AsSpan(1), bits, values.AsSpan(y * width, width));
                (row, above) = (above, row);
            }

            // The checksum comes behind the last value.
            return zlib.ReadByte() < 0 ? values : throw Damaged(name, "it holds more values than pixels");
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
        {
            throw Damaged(name, e.Message.TrimEnd('.'), e);
        }
    }

    private static void Unfilter(byte filter, Span<byte> row, ReadOnlySpan<byte> above, string name)
    {
        for (var x = 0; x < row.Length; x++)
        {
            var (left, up, corner) = (x > 0 ? row[x - 1] : 0, above[x], x > 0 ? above[x - 1] : 0);
            row[x] += filter switch
            {
                0 => 0,
                1 => (byte)left,
                2 => up,
                3 => (byte)((left + up) / 2),
                4 => Paeth(left, up, corner),
                _ => throw Damaged(name, $"it uses filter {filter}"),
            };
        }
    }

    // PNG specification, 9.4.
    private static byte Paeth(int left, int up, int corner)
    {
        var (a, b, c) = (Math.Abs(up - corner), Math.Abs(left - corner), Math.Abs(left + up - 2 * corner));
        return (byte)(a <= b && a <= c ? left : b <= c ? up : corner);
    }

    private static void Unpack(ReadOnlySpan<byte> row, int bits, Span<byte> values)
    {
        var (perByte, mask) = (8 / bits, (1 << bits) - 1);
        for (var x = 0; x < values.Length; x++)
        {
            values[x] = (byte)((row[x / perByte] >> (8 - bits * (x % perByte + 1))) & mask);
        }
    }

    private static void WriteChunk(Stream png, ReadOnlySpan<byte> type, ReadOnlySpan<byte> content)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, content.Length);
        png.Write(number);
        png.Write(type);
        png.Write(content);
        BinaryPrimitives.WriteUInt32BigEndian(number, ~Crc32(Crc32(uint.MaxValue, type), content));
        png.Write(number);
    }

    // PNG specification, annex D, a bit at a time: parsing maps are a few hundred bytes.
    private static uint Crc32(uint crc, ReadOnlySpan<byte> data)
    {
        const uint polynomial = 0xEDB88320;
        foreach (var value in data)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc >> 1) ^ (polynomial & (0 - (crc & 1)));
            }
        }

        return crc;
    }

    private static RevisageException Damaged(string name, string why, Exception? inner = null)
    {
        var message = $"'{name}' is damaged: {why}. Copy or export it again.";
        return inner is null ? new RevisageException(message) : new RevisageException(message, inner);
    }
}
