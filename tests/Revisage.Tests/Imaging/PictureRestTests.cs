using Revisage.Imaging;

namespace Revisage.Tests.Imaging;

/// <summary>What a file holds and an image of 8 bits a value does not.</summary>
public sealed class PictureRestTests
{
    private const byte Rgb = 2;

    // 1x1, two colours, each frame one pixel.
    private static readonly byte[] Frame = [0x2C, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x44, 1, 0];

    [Theory]
    [InlineData(TinyPng.Grey, 1)]
    [InlineData(Rgb, 3)]
    [InlineData(TinyPng.Rgba, 4)]
    public void Sixteen_bits_are_rounded_to_eight(byte colourType, int samples)
    {
        foreach (var beside in new[] { -128, -100, 0, 100, 128 })
        {
            // The last sample of four is opaque.
            var row = Enumerable.Range(1, 254).SelectMany(value => Enumerable.Range(0, samples).SelectMany(sample => Big(sample == 3 ? 65535 : value * 257 + beside))).ToArray();
            var image = ImageFile.Decode(TinyPng.Write(254, 1, 16, colourType, row), "wide.png", out var rest);

            for (var x = 0; x < 254; x++)
                ImagingFixtures.At(image, x, 0).ShouldBe((x + 1, x + 1, x + 1));
            rest.Describe().ShouldBeNull();
        }
    }

    [Fact]
    public void Transparency_is_told_where_there_is_some()
    {
        ImageFile.Decode(TinyPng.Write(2, 1, 8, TinyPng.Rgba, [1, 2, 3, 255, 4, 5, 6, 255]), "opaque.png", out var opaque);
        ImageFile.Decode(TinyPng.Write(2, 1, 8, TinyPng.Rgba, [1, 2, 3, 255, 4, 5, 6, 254]), "clear.png", out var clear);

        opaque.Describe().ShouldBeNull();
        clear.Describe().ShouldBe("is transparent in places, which are shown over mid-grey");
    }

    [Theory]
    [InlineData(1, null)]
    [InlineData(2, "has 1 further frame, which is left out")]
    [InlineData(5, "has 4 further frames, which are left out")]
    public void Frames_after_the_first_are_told(int frames, string? told)
    {
        byte[] gif = [.. "GIF89a"u8, 1, 0, 1, 0, 0x80, 0, 0, 10, 20, 30, 255, 255, 255, .. Enumerable.Repeat(Frame, frames).SelectMany(frame => frame), 0x3B];

        var image = ImageFile.Decode(gif, "film.gif", out var rest);

        ImagingFixtures.At(image, 0, 0).ShouldBe((10, 20, 30));
        rest.Describe().ShouldBe(told);
    }

    private static IEnumerable<byte> Big(int value) => [(byte)(value >> 8), (byte)value];
}
