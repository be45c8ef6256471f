using Revisage.Imaging;
using Revisage.Training.Methods.HighToLow;

namespace Revisage.Training.Tests.Methods.HighToLow;

public sealed class SpectrumTests
{
    [Theory]
    // Waves a face of 64 pixels, so cycles a pixel are a 64th; a ring is a 16th of a cycle a pixel wide.
    [InlineData(10, 0, 2)]
    [InlineData(0, 10, 2)]
    [InlineData(22, 0, 5)]
    // Aslant: the root of 2 times 13 is 18.4.
    [InlineData(13, 13, 4)]
    [InlineData(31, 31, 7)]
    public void A_waves_energy_lies_in_its_ring(int across, int down, int ring)
    {
        var rings = Spectrum.Of(Wave(across, down));

        rings.Sum().ShouldBe(1, 1e-9);
        rings[ring].ShouldBeGreaterThan(0.99);
        Spectrum.High([rings]).ShouldBe(ring >= 4 ? 1 : 0, 0.01);
    }

    [Fact]
    public void Brightness_and_contrast_do_not_count()
    {
        var rings = Spectrum.Of(Wave(10, 3));

        Spectrum.Of(Wave(10, 3, contrast: 0.1f, brightness: 0.3f)).Zip(rings, (one, other) => Math.Abs(one - other)).Max().ShouldBeLessThan(1e-5);
    }

    [Fact]
    public void A_plain_face_has_no_energy_but_is_compared_all_the_same()
    {
        var rings = Spectrum.Of(Wave(0, 0));

        double.IsFinite(Spectrum.Distance([rings], [Spectrum.Of(Wave(10, 0))])).ShouldBeTrue();
    }

    [Fact]
    public void The_distance_is_the_mean_ratio_of_shares()
    {
        double[] flat = [.. Enumerable.Repeat(1.0 / Spectrum.Rings, Spectrum.Rings)];
        // One ring has a tenth of its share: 10 dB in one of 8.
        double[] lacking = [.. flat];
        lacking[7] /= 10;

        Spectrum.Distance([flat], [flat]).ShouldBe(0);
        Spectrum.Distance([flat], [lacking]).ShouldBe(10.0 / 8, 1e-6);
        Spectrum.Distance([lacking], [flat]).ShouldBe(10.0 / 8, 1e-6);
        // Means are geometric: twice the share and half of it are the share.
        Spectrum.Distance([[.. flat.Select(share => 2 * share)], [.. flat.Select(share => share / 2)]], [flat]).ShouldBe(0, 1e-6);
    }

    [Fact]
    public void The_share_of_high_frequencies_is_that_in_the_middle() =>
        Spectrum.High([[0, 0, 0, 1, 0, 0, 0, 0], [0, 0, 0, 0, 0.5, 0.5, 0, 0], [0.9, 0, 0, 0, 0, 0, 0.1, 0]]).ShouldBe(0.1, 1e-12);

    private static Image Wave(int across, int down, float contrast = 0.4f, float brightness = 0.5f)
    {
        const int side = 64;
        var pixels = new float[3 * side * side];
        for (var i = 0; i < pixels.Length; i++)
        {
            var (x, y) = (i % side, i / side % side);
            pixels[i] = brightness + contrast * MathF.Sin(2 * MathF.PI * (across * x + down * y) / side);
        }

        return new Image(side, side, pixels);
    }
}
