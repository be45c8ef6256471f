using Revisage.Imaging;

namespace Revisage.Tests.Imaging;

public class MatlabResizeTests
{
    [Fact]
    public void Bytes_follow_the_definition_of_imresize()
    {
        foreach (var test in ImagingFixtures.Read<Case>("matlab.json"))
        {
            var resized = new byte[3 * test.To[0] * test.To[1]];
            MatlabResize.Resize(ImagingFixtures.Noise(test.Seed, test.From[0], test.From[1]), test.From[0], test.From[1], resized, test.To[0], test.To[1]);

            // Sums that end in exactly one half may round either way, by the order in which they are added.
            resized.Zip(Convert.FromBase64String(test.Pixels), (ours, theirs) => Math.Abs(ours - theirs)).Max().ShouldBeLessThanOrEqualTo(1, test.ToString());
        }
    }

    [Fact]
    public void Images_follow_it_without_rounding()
    {
        foreach (var test in ImagingFixtures.Read<Case>("matlab.json"))
        {
            var source = Image.FromRgb24(test.From[0], test.From[1], ImagingFixtures.Noise(test.Seed, test.From[0], test.From[1]));
            var resized = MatlabResize.Resize(source, test.To[0], test.To[1]);

            foreach (var (index, exact) in test.Exact.Index())
            {
                var (pixel, channel) = int.DivRem(11 * index, 3);   // Every eleventh value, interleaved there, planar here.
                resized.Pixels[channel * test.To[0] * test.To[1] + pixel].ShouldBe((float)Math.Clamp(exact, 0, 1), 1e-6f, test.ToString());
            }
        }
    }

    [Fact]
    public void Halving_a_picture_weighs_eight_pixels_by_Keys_cubic()
    {
        // A white column in black. At half the size the kernel is h(x) = cubic(x / 2) / 2, and the output at source
        // position 3.5 is 0.5 * cubic(0.25) = 0.43359375 of it: 110.57 of 255, rounded to 111.
        var rgb = new byte[3 * 8 * 8];
        for (var y = 0; y < 8; y++)
            rgb.AsSpan(3 * (8 * y + 3), 3).Fill(255);
        var halved = new byte[3 * 4 * 4];

        MatlabResize.Resize(rgb, 8, 8, halved, 4, 4);

        halved[3 * (4 * 2 + 1)].ShouldBe((byte)111);
    }

    private sealed record Case(int Seed, int[] From, int[] To, string Pixels, double[] Exact)
    {
        public override string ToString() => $"{From[0]}x{From[1]} to {To[0]}x{To[1]}";
    }
}
