using System.Buffers.Binary;

namespace Revisage.Photographs.Video;

/// <summary>
/// Raw frames with their times, in the least of Matroska that ffmpeg reads from a pipe (RFC 9559): its raw formats have one frame rate and no times.
/// </summary>
/// <param name="to">Written front to back.</param>
internal sealed class MatroskaFrames(Stream to)
{
    /// <summary>Times are whole numbers of these, in nanoseconds: fine enough to be rounded back into any time base that videos have.</summary>
    public const int Tick = 1000;

    /// <param name="rate">Frames a second, on average, by which encoders spend their bits.</param>
    public async Task BeginAsync(int width, int height, double rate, CancellationToken cancel)
    {
        var head = Element(0x1A45DFA3, [.. Whole(0x4286, 1), .. Whole(0x42F7, 1), .. Whole(0x42F2, 4), .. Whole(0x42F3, 8), .. Element(0x4282, "matroska"u8), .. Whole(0x4287, 4), .. Whole(0x4285, 2)]);
        var info = Element(0x1549A966, [.. Whole(0x2AD7B1, Tick), .. Element(0x4D80, "revisage"u8), .. Element(0x5741, "revisage"u8)]);
        // The last four: R, G, B and 24 bits a pixel.
        var picture = Element(0xE0, [.. Whole(0xB0, width), .. Whole(0xBA, height), .. Element(0x2EB524, [(byte)'R', (byte)'G', (byte)'B', 24])]);
        var track = Element(0xAE, [.. Whole(0xD7, 1), .. Whole(0x73C5, 1), .. Whole(0x83, 1), .. Whole(0x9C, 0), .. Element(0x86, "V_UNCOMPRESSED"u8), .. Whole(0x23E383, (long)Math.Round(1e9 / rate)), .. picture]);
        // A segment of unknown size.
        await to.WriteAsync((byte[])[.. head, 0x18, 0x53, 0x80, 0x67, 0x01, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, .. info, .. Element(0x1654AE6B, track)], cancel).ConfigureAwait(false);
    }

    /// <param name="rgb">[height, width, 3].</param>
    /// <param name="ticks">Its time, 0 or later.</param>
    public async Task WriteAsync(ReadOnlyMemory<byte> rgb, long ticks, CancellationToken cancel)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(ticks);
        var time = Whole(0xE7, ticks);
        // Of track 1, at the cluster's time, whole in itself.
        byte[] block = [0xA3, .. Size(4 + rgb.Length), 0x81, 0, 0, 0x80];
        await to.WriteAsync((byte[])[0x1F, 0x43, 0xB6, 0x75, .. Size(time.Length + block.Length + rgb.Length), .. time, .. block], cancel).ConfigureAwait(false);
        await to.WriteAsync(rgb, cancel).ConfigureAwait(false);
    }

    private static byte[] Whole(uint id, long value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(bytes, value);
        return Element(id, bytes);
    }

    private static byte[] Element(uint id, ReadOnlySpan<byte> content)
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, id);
        return [.. bytes.TrimStart((byte)0), .. Size(content.Length), .. content];
    }

    // In the longest spelling, eight bytes.
    private static byte[] Size(long length)
    {
        var bytes = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(bytes, length | 1L << 56);
        return bytes;
    }
}
