using Revisage.Imaging;
using Revisage.Photographs;

namespace Revisage.Tests.Photographs;

public class RestoredFaceTests
{
    [Fact]
    public void Detail_that_the_network_was_not_given_stays_the_photographs_own()
    {
        // 14 waves over 48 pixels: 32 pixels show them, 24 do not.
        var own = Waves(48, 14);
        var made = Waves(128, 0);

        var joined = RestoredFace.Join(own, 24, made);

        Spread(joined).ShouldBeGreaterThan(0.8 * Spread(own));
        Spread(RestoredFace.Join(own, 48, made)).ShouldBeLessThan(0.2 * Spread(own));
    }

    [Fact]
    public void A_network_that_shifts_colours_gets_those_of_the_photograph()
    {
        var own = Flat(32, 0.4f, 0.5f, 0.6f);

        var joined = RestoredFace.Join(own, 32, Flat(128, 0.6f, 0.45f, 0.3f));

        for (var colour = 0; colour < 3; colour++)
        {
            joined.Pixels.AsSpan(colour * 128 * 128, 128 * 128).ToArray().ShouldAllBe(value => Math.Abs(value - own.Pixels[colour * 32 * 32]) < 0.01f);
        }
    }

    private static Image Waves(int side, int count) =>
        new(side, side, [.. Enumerable.Range(0, 3 * side * side).Select(i => 0.5f + 0.2f * MathF.Sin(2 * MathF.PI * count * (i % side + 0.5f) / side))]);

    private static Image Flat(int side, params float[] colours) => new(side, side, [.. colours.SelectMany(colour => Enumerable.Repeat(colour, side * side))]);

    private static double Spread(Image image)
    {
        var mean = image.Pixels.Average();
        return Math.Sqrt(image.Pixels.Average(value => (value - mean) * (value - mean)));
    }
}
