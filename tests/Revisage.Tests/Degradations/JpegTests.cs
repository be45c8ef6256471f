using Revisage.Degradations;
using Revisage.Fixtures;
using Revisage.Imaging;

namespace Revisage.Tests.Degradations;

public sealed class JpegTests
{
    [Fact]
    public void The_poorer_the_quality_the_more_is_lost_and_the_smaller_the_file()
    {
        var picture = new Shrink(64, 64, ShrinkMethod.Bicubic);
        var random = default(SampleRandom);
        var smooth = picture.Apply(DegradationFixture.Noise(1, 6, 6), ref random);

        var errors = new[] { 95, 50, 5 }.Select(quality => Error(smooth, Compressed(smooth, quality))).ToArray();
        var lengths = new[] { 95, 50, 5 }.Select(quality => ImageFile.EncodeJpeg(Image.FromRgb24(64, 64, smooth.Rgb), quality).Length).ToArray();

        errors.ShouldBeInOrder(SortDirection.Ascending);
        errors[0].ShouldBeInRange(0.01, 2);
        errors[2].ShouldBeGreaterThan(5);
        lengths.ShouldBeInOrder(SortDirection.Descending);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(16, 9)]
    public void Any_size_keeps_its_size(int width, int height)
    {
        var compressed = Compressed(DegradationFixture.Noise(1, width, height), 60);

        (compressed.Width, compressed.Height).ShouldBe((width, height));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(101)]
    public void Other_qualities_are_refused(int quality) =>
        Should.Throw<ArgumentOutOfRangeException>(() => ImageFile.EncodeJpeg(Image.FromRgb24(1, 1, new byte[3]), quality));

    private static RgbPicture Compressed(RgbPicture picture, int quality)
    {
        var random = new SampleRandom(1, 0);
        return new Jpeg(new Interval { From = quality, To = quality }).Apply(picture, ref random);
    }

    private static double Error(RgbPicture a, RgbPicture b) => a.Rgb.Zip(b.Rgb).Average(pair => Math.Abs(pair.First - pair.Second));
}
