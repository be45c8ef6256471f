using Revisage.Photographs;

namespace Revisage.Tests.Photographs;

public class LanczosResizeTests
{
    [Theory]
    [InlineData(80)]
    [InlineData(60)]
    [InlineData(100)]
    [InlineData(20)]
    public void A_ramp_stays_where_it_is(int width)
    {
        // 16 bits: level 1000 a pixel.
        var samples = new ushort[40 * 8];
        for (var i = 0; i < samples.Length; i++)
        {
            samples[i] = (ushort)(1000 * (i % 40) + 2000);
        }

        var photo = new Photo(System.Runtime.InteropServices.MemoryMarshal.AsBytes(samples.AsSpan()).ToArray(), 40, 8, new PhotoLayout(1, false, 2), PhotoMetadata.None);

        var resized = photo.Resized(width, 8);

        var row = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, ushort>(resized.Samples.Span).Slice(3 * width, width).ToArray();
        for (var x = width / 4; x < 3 * width / 4; x++)
        {
            ((double)row[x]).ShouldBe(1000 * ((x + 0.5) * 40 / width - 0.5) + 2000, 25);
        }
    }

    [Theory]
    [InlineData(1, false, 1)]
    [InlineData(3, true, 1)]
    [InlineData(3, false, 2)]
    public void One_colour_stays_that_colour_up_to_the_edges(int colours, bool alpha, int bytes)
    {
        var layout = new PhotoLayout(colours, alpha, bytes);
        byte[] pixel = [.. Enumerable.Range(0, layout.Bands * bytes).Select(i => (byte)(40 + 30 * i))];
        var photo = new Photo([.. Enumerable.Range(0, 30 * 20).SelectMany(_ => pixel)], 30, 20, layout, PhotoMetadata.None);

        var resized = photo.Resized(75, 41);

        resized.Samples.ToArray().Chunk(pixel.Length).ShouldAllBe(found => found.Zip(pixel).All(pair => Math.Abs(pair.First - pair.Second) <= 1));
    }

    [Fact]
    public void What_is_transparent_spreads_no_colour()
    {
        // Opaque red beside transparent green.
        var samples = Enumerable.Range(0, 16 * 16).SelectMany(i => i % 16 < 8 ? new byte[] { 200, 0, 0, 255 } : [0, 200, 0, 0]).ToArray();

        var resized = new Photo(samples, 16, 16, new PhotoLayout(3, true, 1), PhotoMetadata.None).Resized(32, 32);

        resized.Samples.ToArray().Chunk(4).Where(pixel => pixel[3] > 0).ShouldAllBe(pixel => pixel[1] == 0);
    }
}
