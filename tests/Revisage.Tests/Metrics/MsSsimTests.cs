using Revisage.Imaging;
using Revisage.Metrics;
using Revisage.Tests.Imaging;

namespace Revisage.Tests.Metrics;

public class MsSsimTests
{
    private static readonly Pictures[] All = ImagingFixtures.Read<Pictures>("ms-ssim.json");

    [Fact]
    public void Agrees_with_the_definition_in_scipy()
    {
        foreach (var test in All)
        {
            var (a, b) = test.Pair();
            MsSsim.OfRgb(a, b).ShouldBe(test.Rgb, 1e-9, test.ToString());
            MsSsim.OfLuma(a, b).ShouldBe(test.Luma, 1e-9, test.ToString());
            MsSsim.OfRgbAsProgressive(a, b).ShouldBe(test.RgbAsProgressive, 1e-9, test.ToString());
        }
    }

    [Fact]
    public void Equal_images_score_one()
    {
        var image = All[2].Pair().A;

        MsSsim.OfRgb(image, image).ShouldBe(1, 1e-12);
        MsSsim.OfLuma(image, image).ShouldBe(1, 1e-12);
        MsSsim.OfRgbAsProgressive(image, image).ShouldBe(1, 1e-12);
    }

    [Fact]
    public void The_order_does_not_matter()
    {
        var (a, b) = All[3].Pair();

        MsSsim.OfRgb(b, a).ShouldBe(MsSsim.OfRgb(a, b), 1e-12);
        MsSsim.OfRgbAsProgressive(b, a).ShouldBe(MsSsim.OfRgbAsProgressive(a, b), 1e-12);
    }

    [Fact]
    public void A_picture_and_its_negative_score_nothing()
    {
        var rgb = ImagingFixtures.Noise(1, 32, 32);
        var (picture, negative) = (Planes.Of(Image.FromRgb24(32, 32, rgb)), Planes.Of(Image.FromRgb24(32, 32, Array.ConvertAll(rgb, value => (byte)(255 - value)))));

        MsSsim.OfRgb(picture, negative).ShouldBe(0);
        MsSsim.OfRgbAsProgressive(picture, negative).ShouldBe(0);
    }

    [Fact]
    public void Of_flat_images_only_the_last_scale_sees_brightness()
    {
        // Without variance cs is 1; ssim is as in SsimTests.
        var (dark, bright) = (Planes.Of(ImagingFixtures.Plain(16, 20, 100, 100, 100)), Planes.Of(ImagingFixtures.Plain(16, 20, 200, 200, 200)));
        var luminance = (40_000 + 6.5025) / (50_000 + 6.5025);

        MsSsim.OfRgb(dark, bright).ShouldBe(Math.Pow(luminance, 0.1333), 1e-9);
        MsSsim.OfRgbAsProgressive(dark, bright).ShouldBe(Math.Pow(luminance, 4 * 0.1333), 1e-9);
    }

    [Fact]
    public void An_image_without_a_fifth_scale_is_refused()
    {
        var small = Planes.Of(ImagingFixtures.Plain(40, 15, 0, 0, 0));

        Should.Throw<ArgumentException>(() => MsSsim.OfLuma(small, small)).Message.ShouldContain("16 pixels a side at least, not 40x15");
    }

    /// <summary>A pair of ms-ssim.json: a smooth picture, and the same with noise and quarters of another.</summary>
    private sealed record Pictures(int Seed, int[] Size, int Amount, int Mixed, double Rgb, double Luma, double RgbAsProgressive)
    {
        public (Planes A, Planes B) Pair()
        {
            var (smooth, noisy) = MetricFixture.SmoothAndNoisy(Seed, Size[0], Size[1], Amount);
            var another = MetricFixture.SmoothAndNoisy(Seed + 50, Size[0], Size[1], 0).Smooth.ToRgb24();
            var mixed = noisy.ToRgb24().Zip(another, (x, y) => (byte)(((4 - Mixed) * x + Mixed * y) / 4)).ToArray();
            return (Planes.Of(smooth), Planes.Of(Image.FromRgb24(Size[0], Size[1], mixed)));
        }
    }
}
