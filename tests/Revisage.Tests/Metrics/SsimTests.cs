using Revisage.Metrics;
using Revisage.Tests.Imaging;

namespace Revisage.Tests.Metrics;

public class SsimTests
{
    [Fact]
    public void Agrees_with_scikit_image()
    {
        foreach (var test in MetricFixture.All)
        {
            var (smooth, noisy) = test.Pair();
            Ssim.OfRgb(smooth, noisy).ShouldBe(test.Ssim, 1e-4, test.ToString());
            Ssim.OfLuma(smooth, noisy).ShouldBe(test.SsimY, 1e-4, test.ToString());
        }
    }

    [Fact]
    public void Equal_images_score_one()
    {
        var image = MetricFixture.All[2].Pair().Noisy;

        Ssim.OfRgb(image, image).ShouldBe(1, 1e-12);
    }

    [Fact]
    public void Flat_images_are_compared_by_brightness_alone()
    {
        // No variance: (2 * 100 * 200 + C1) / (100² + 200² + C1), and C1 = 2.55².
        var (dark, bright) = (Planes.Of(ImagingFixtures.Plain(12, 15, 100, 100, 100)), Planes.Of(ImagingFixtures.Plain(12, 15, 200, 200, 200)));

        Ssim.OfRgb(dark, bright).ShouldBe((40_000 + 6.5025) / (50_000 + 6.5025), 1e-9);
    }

    [Fact]
    public void An_image_smaller_than_the_window_is_refused()
    {
        var small = Planes.Of(ImagingFixtures.Plain(30, 10, 0, 0, 0));

        Should.Throw<ArgumentException>(() => Ssim.OfRgb(small, small)).Message.ShouldContain("windows of 11x11, which do not fit an image of 30x10");
    }
}
