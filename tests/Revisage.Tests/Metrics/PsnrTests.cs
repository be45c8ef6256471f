using Revisage.Metrics;
using Revisage.Tests.Imaging;

namespace Revisage.Tests.Metrics;

public class PsnrTests
{
    [Fact]
    public void Agrees_with_scikit_image()
    {
        foreach (var test in MetricFixture.All)
        {
            var (smooth, noisy) = test.Pair();
            Psnr.OfRgb(smooth, noisy).ShouldBe(test.Psnr, 1e-4, test.ToString());
            Psnr.OfLuma(smooth, noisy).ShouldBe(test.PsnrY, 1e-4, test.ToString());
        }
    }

    [Fact]
    public void Black_and_white_are_0_dB_apart_and_219_levels_of_luma()
    {
        var (black, white) = (Planes.Of(ImagingFixtures.Plain(3, 2, 0, 0, 0)), Planes.Of(ImagingFixtures.Plain(3, 2, 255, 255, 255)));

        Psnr.OfRgb(black, white).ShouldBe(0, 1e-12);
        Psnr.OfLuma(black, white).ShouldBe(20 * Math.Log10(255.0 / 219), 1e-9);
    }

    [Fact]
    public void Equal_images_are_infinitely_close()
    {
        var image = Planes.Of(ImagingFixtures.Plain(2, 2, 9, 8, 7));

        Psnr.OfRgb(image, image).ShouldBe(double.PositiveInfinity);
    }

    [Fact]
    public void Images_of_two_sizes_are_refused_with_both()
    {
        var error = Should.Throw<ArgumentException>(() => Psnr.OfRgb(Planes.Of(ImagingFixtures.Plain(2, 3, 0, 0, 0)), Planes.Of(ImagingFixtures.Plain(3, 2, 0, 0, 0))));

        error.Message.ShouldContain("not 2x3 with 3x2");
    }

    [Fact]
    public void A_batchs_figure_is_of_its_mean_error()
    {
        // Errors of 1 and 9 squared levels: their mean is 5, and the figures' own mean is higher.
        var (black, one, three) = (Planes.Of(ImagingFixtures.Plain(4, 4, 0, 0, 0)), Planes.Of(ImagingFixtures.Plain(4, 4, 1, 1, 1)), Planes.Of(ImagingFixtures.Plain(4, 4, 3, 3, 3)));

        Psnr.MeanSquaredError(black, three).ShouldBe(9);
        Psnr.OfBatch([(black, one), (black, three)]).ShouldBe(10 * Math.Log10(255 * 255 / 5.0), 1e-12);
        Psnr.OfBatch([(black, three)]).ShouldBe(Psnr.OfRgb(black, three));
        Psnr.OfBatch([(black, one), (black, black)]).ShouldBe(Psnr.FromMse(0.5), 1e-12);
    }

    [Fact]
    public void An_empty_batch_is_refused() => Should.Throw<ArgumentException>(() => Psnr.OfBatch([])).Message.ShouldStartWith("A batch of no images has no error.");
}
