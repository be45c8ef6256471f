using System.Buffers.Binary;
using System.IO.Compression;
using Revisage.Data;
using Revisage.Imaging;

namespace Revisage.Training.Tests.Data;

public sealed class IndexedPngTests
{
    private const byte Grey = 0, Palette = 3;

    [Fact]
    public void Values_come_back_as_they_were_written()
    {
        byte[] values = [0, 1, 18, 255, 7, 0];

        var read = IndexedPng.Decode(IndexedPng.Encode(values, 3, 2), "map.png");

        (read.Width, read.Height).ShouldBe((3, 2));
        read.Values.ShouldBe(values);
    }

    [Fact]
    public void Other_readers_see_a_grey_picture()
    {
        var (width, height, rgb) = ImageFile.DecodeRgb24(IndexedPng.Encode([0, 9, 200, 255], 2, 2), "map.png");

        (width, height).ShouldBe((2, 2));
        rgb.ShouldBe([0, 0, 0, 9, 9, 9, 200, 200, 200, 255, 255, 255]);
    }

    [Theory]
    [InlineData(1, new byte[] { 0b1010_0000 }, new byte[] { 1, 0, 1 })]
    [InlineData(2, new byte[] { 0b11_01_10_00 }, new byte[] { 3, 1, 2 })]
    [InlineData(4, new byte[] { 0x1A, 0xF0 }, new byte[] { 1, 10, 15 })]
    [InlineData(8, new byte[] { 5, 6, 7 }, new byte[] { 5, 6, 7 })]
    public void A_palette_gives_its_index_whatever_its_bits(int bits, byte[] row, byte[] values)
    {
        IndexedPng.Decode(Png(3, 1, bits, Palette, [0, .. row]), "map.png").Values.ShouldBe(values);
        IndexedPng.Decode(Png(3, 1, bits, Grey, [0, .. row]), "map.png").Values.ShouldBe(values);
    }

    [Fact]
    public void All_filters_are_undone()
    {
        var png = Png(3, 5, 8, Grey, [
            1, 1, 1, 1,     // left:    1, 1+1, 2+1
            2, 1, 1, 1,     // up:      1+1, 2+1, 3+1
            3, 1, 1, 1,     // mean:    1+1, (2+3)/2+1, (3+4)/2+1
            4, 1, 1, 1,     // Paeth:   up 2+1, then left 3+1 (of 3, 3, 2), then 4+1 (of 4, 4, 3)
            0, 9, 8, 7]);

        IndexedPng.Decode(png, "map.png").Values.ShouldBe([1, 2, 3, 2, 3, 4, 2, 3, 4, 3, 4, 5, 9, 8, 7]);
    }

    [Fact]
    public void A_picture_in_colour_is_refused_by_name()
    {
        var colour = ImageFile.EncodePng(new Image(1, 1, [1, 0, 0]));

        Should.Throw<RevisageException>(() => IndexedPng.Decode(colour, "rgb.png")).Message.ShouldContain("'rgb.png' is a PNG of colour type 2");
        Should.Throw<RevisageException>(() => IndexedPng.Decode([0xFF, 0xD8, 0xFF], "face.jpg")).Message.ShouldContain("'face.jpg' is no PNG");
    }

    [Fact]
    public void A_file_cut_anywhere_is_refused_by_name()
    {
        var png = IndexedPng.Encode([1, 2, 3, 4], 2, 2);

        for (var length = 0; length < png.Length; length++)
        {
            var cut = png[..length];
            Should.Throw<RevisageException>(() => IndexedPng.Decode(cut, "cut.png"), $"{length} bytes").Message.ShouldContain("'cut.png'");
        }
    }

    [Theory]
    [InlineData(1_000_000, 1_000_000)]
    [InlineData(20_000, 4_000)]
    [InlineData(0, 5)]
    [InlineData(-1, -1)]
    public void A_size_that_its_bytes_cannot_hold_is_refused_before_memory_is_taken(int width, int height)
    {
        var png = IndexedPng.Encode([1, 2, 3, 4], 2, 2);
        BinaryPrimitives.WriteInt32BigEndian(png.AsSpan(16), width);
        BinaryPrimitives.WriteInt32BigEndian(png.AsSpan(20), height);
        var before = GC.GetAllocatedBytesForCurrentThread();

        Should.Throw<RevisageException>(() => IndexedPng.Decode(png, "bomb.png")).Message.ShouldContain("'bomb.png' is damaged: it claims");

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(1_000_000);
    }

    [Fact]
    public void More_or_fewer_values_than_pixels_are_damage()
    {
        Should.Throw<RevisageException>(() => IndexedPng.Decode(Png(2, 1, 8, Grey, [0, 1, 2, 3]), "long.png")).Message.ShouldContain("'long.png' is damaged");
        Should.Throw<RevisageException>(() => IndexedPng.Decode(Png(2, 1, 8, Grey, [0, 1]), "short.png")).Message.ShouldContain("'short.png' is damaged");
    }

    /// <param name="rows">Each begins with its filter.</param>
    private static byte[] Png(int width, int height, int bits, byte colour, byte[] rows)
    {
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            zlib.Write(rows);
        }

        var size = new byte[8];
        BinaryPrimitives.WriteInt32BigEndian(size, width);
        BinaryPrimitives.WriteInt32BigEndian(size.AsSpan(4), height);
        return
        [
            0x89, .. "PNG\r\n\x1A\n"u8,
            .. Chunk("IHDR"u8, [.. size, (byte)bits, colour, 0, 0, 0]),
            .. Chunk("IDAT"u8, packed.ToArray()),
            .. Chunk("IEND"u8, []),
        ];
    }

    // The checksums of chunks are not looked at.
    private static byte[] Chunk(ReadOnlySpan<byte> type, byte[] content)
    {
        var length = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, content.Length);
        return [.. length, .. type, .. content, 0, 0, 0, 0];
    }
}
