using System.Security.Cryptography;
using Revisage.Imaging;

namespace Revisage.Tests.Imaging;

public class PillowResizeTests
{
    [Fact]
    public void Every_pixel_equals_Pillows()
    {
        foreach (var test in ImagingFixtures.Read<Case>("pillow.json"))
        {
            var resized = new byte[3 * test.To[0] * test.To[1]];
            PillowResize.Resize(
                ImagingFixtures.Noise(test.Seed, test.From[0], test.From[1]), test.From[0], test.From[1],
                resized, test.To[0], test.To[1], Enum.Parse<ResampleFilter>(test.Filter));

            if (test.Pixels is not null)
                resized.ShouldBe(Convert.FromBase64String(test.Pixels), test.ToString());
            else
                Convert.ToHexStringLower(SHA256.HashData(resized)).ShouldBe(test.Sha256, test.ToString());
        }
    }

    [Fact]
    public void Every_pixel_of_a_region_equals_Pillows()
    {
        foreach (var test in ImagingFixtures.Read<Region>("pillow-box.json"))
        {
            var resized = new byte[3 * test.To[0] * test.To[1]];
            PillowResize.Resize(
                ImagingFixtures.Noise(test.Seed, test.From[0], test.From[1]), test.From[0], test.From[1],
                (test.Box[0], test.Box[1], test.Box[2] - test.Box[0], test.Box[3] - test.Box[1]),
                resized, test.To[0], test.To[1], Enum.Parse<ResampleFilter>(test.Filter));

            Convert.ToHexStringLower(SHA256.HashData(resized)).ShouldBe(test.Sha256, test.ToString());
        }
    }

    [Fact]
    public void A_region_beyond_the_picture_is_refused_with_both_sizes()
    {
        var error = Should.Throw<ArgumentException>(() => PillowResize.Resize(new byte[12], 2, 2, (0.5, 0, 2, 2), new byte[12], 2, 2, ResampleFilter.Bicubic));

        error.Message.ShouldContain("2x2 at (0.5, 0) does not fit a picture of 2x2");
    }

    [Fact]
    public void An_image_is_resized_as_its_bytes_are()
    {
        var rgb = ImagingFixtures.Noise(1, 20, 14);
        var bytes = new byte[3 * 9 * 31];
        PillowResize.Resize(rgb, 20, 14, bytes, 9, 31, ResampleFilter.Bicubic);

        var image = PillowResize.Resize(Image.FromRgb24(20, 14, rgb), 9, 31, ResampleFilter.Bicubic);

        (image.Width, image.Height).ShouldBe((9, 31));
        image.ToRgb24().ShouldBe(bytes);
    }

    [Theory]
    [InlineData(ResampleFilter.Nearest)]
    [InlineData(ResampleFilter.Bilinear)]
    [InlineData(ResampleFilter.Bicubic)]
    public void One_colour_stays_that_colour(ResampleFilter filter)
    {
        // The weights of each pixel sum to 1, so no size and no filter may change it.
        var resized = PillowResize.Resize(ImagingFixtures.Plain(37, 11, 1, 128, 254), 50, 3, filter).ToRgb24();

        resized.Chunk(3).ShouldAllBe(pixel => pixel[0] == 1 && pixel[1] == 128 && pixel[2] == 254);
    }

    [Fact]
    public void A_buffer_of_another_size_is_refused_with_both_sizes()
    {
        var error = Should.Throw<ArgumentException>(() => PillowResize.Resize(new byte[12], 2, 2, new byte[11], 2, 2, ResampleFilter.Bicubic));

        error.Message.ShouldContain("2x2 RGB has 12 bytes, but 11 were given");
    }

    [Fact]
    public void Repeated_calls_allocate_no_buffers()
    {
        var source = ImagingFixtures.Noise(3, 128, 128);
        var target = new byte[3 * 16 * 16];
        void Shrink() => PillowResize.Resize(source, 128, 128, target, 16, 16, ResampleFilter.Bicubic);
        Shrink();

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 20; i++)
            Shrink();

        // One buffer between the passes is 6 kB; a collection may empty the pool once in between.
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(20_000);
    }

    private sealed record Region(int Seed, string Filter, int[] From, double[] Box, int[] To, string Sha256)
    {
        public override string ToString() => $"{Filter} {From[0]}x{From[1]} ({string.Join(", ", Box)}) to {To[0]}x{To[1]}";
    }

    private sealed record Case(int Seed, string Filter, int[] From, int[] To, string? Pixels, string? Sha256)
    {
        public override string ToString() => $"{Filter} {From[0]}x{From[1]} to {To[0]}x{To[1]}";
    }
}
