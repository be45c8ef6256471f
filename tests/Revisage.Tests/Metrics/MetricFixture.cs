using Revisage.Imaging;
using Revisage.Metrics;
using Revisage.Tests.Imaging;

namespace Revisage.Tests.Metrics;

/// <summary>A pair of metrics.json: a smooth picture, the same with noise, and what scikit-image says of the two.</summary>
internal sealed record MetricFixture(int Seed, int[] Size, int Amount, double Psnr, double PsnrY, double Ssim, double SsimY)
{
    public static MetricFixture[] All => ImagingFixtures.Read<MetricFixture>("metrics.json");

    public (Planes Smooth, Planes Noisy) Pair()
    {
        var (smooth, noisy) = SmoothAndNoisy(Seed, Size[0], Size[1], Amount);
        return (Planes.Of(smooth), Planes.Of(noisy));
    }

    /// <summary>As make_fixtures.py's smooth_and_noisy.</summary>
    public static (Image Smooth, Image Noisy) SmoothAndNoisy(int seed, int width, int height, int amount)
    {
        var smooth = PillowResize.Resize(Image.FromRgb24(5, 5, ImagingFixtures.Noise(seed, 5, 5)), width, height, ResampleFilter.Bicubic);
        var noisy = smooth.ToRgb24();
        var noise = ImagingFixtures.Noise(seed + 100, width, height);
        for (var i = 0; i < noisy.Length; i++)
            noisy[i] = (byte)Math.Clamp(noisy[i] + (int)Math.Floor((noise[i] - 128) * amount / 255.0), 0, 255);
        return (smooth, Image.FromRgb24(width, height, noisy));
    }
}
