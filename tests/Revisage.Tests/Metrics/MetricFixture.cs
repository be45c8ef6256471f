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
        var smooth = PillowResize.Resize(Image.FromRgb24(5, 5, ImagingFixtures.Noise(Seed, 5, 5)), Size[0], Size[1], ResampleFilter.Bicubic);
        var noisy = smooth.ToRgb24();
        var noise = ImagingFixtures.Noise(Seed + 100, Size[0], Size[1]);
        for (var i = 0; i < noisy.Length; i++)
            noisy[i] = (byte)Math.Clamp(noisy[i] + (int)Math.Floor((noise[i] - 128) * Amount / 255.0), 0, 255);
        return (Planes.Of(smooth), Planes.Of(Image.FromRgb24(Size[0], Size[1], noisy)));
    }
}
