using Revisage.Degradations;
using Revisage.Fixtures;
using Revisage.Imaging;

namespace Revisage.Tests.Degradations;

public sealed class BlurTests
{
    [Fact]
    public void A_Gaussian_is_scipys_with_the_same_border()
    {
        foreach (var one in DegradationFixture.Read().Blur)
        {
            var blurred = Apply(new GaussianBlur(Always(one.Sigma)), DegradationFixture.Noise(5, 12, 9)).Rgb;

            // Sums in single precision may fall on the other side of a half.
            for (var i = 0; i < blurred.Length; i++)
            {
                ((double)blurred[i]).ShouldBe(one.Pixels[i], 1);
            }

            blurred.Zip(one.Pixels).Count(pair => pair.First != pair.Second).ShouldBeLessThan(3);
        }
    }

    [Theory]
    [InlineData(3, 4, 4, 28)]       // 255 / 9
    [InlineData(2, 4, 4, 64)]       // 255 / 4
    public void A_box_spreads_a_dot_evenly(int side, int x, int y, byte level)
    {
        var blurred = Apply(new BoxBlur(Always(side)), DegradationFixture.Dot(9, x, y)).Rgb;

        blurred.Where(value => value > 0).ShouldBe(Enumerable.Repeat(level, 3 * side * side));
        blurred[3 * (y * 9 + x)].ShouldBe(level);
    }

    [Theory]
    [InlineData(0, 1, 0)]
    [InlineData(90, 0, 1)]
    public void Motion_draws_a_dot_into_a_line(double degrees, int dx, int dy)
    {
        var blurred = MotionBlur.Along(DegradationFixture.Dot(9, 4, 4), 3, degrees * Math.PI / 180).Rgb;

        // Three pixels long about the middle, at four steps a pixel: 4 of 12 steps near each of the three, a little beyond.
        var line = Enumerable.Range(-2, 5).Select(i => (double)blurred[3 * ((4 + i * dy) * 9 + 4 + i * dx)]).ToArray();
        line[2].ShouldBe(85, 1);
        line[1].ShouldBe(line[3]);
        line[0].ShouldBe(line[4]);
        line.Sum().ShouldBe(255, 3);
        blurred.Where((_, i) => i % 3 == 0).Sum(value => (double)value).ShouldBe(line.Sum());
        line[0].ShouldBeLessThan(16);
    }

    [Fact]
    public void A_diagonal_motion_goes_right_and_down()
    {
        var blurred = MotionBlur.Along(DegradationFixture.Dot(9, 4, 4), 5, Math.PI / 4).Rgb;

        blurred[3 * (5 * 9 + 5)].ShouldBeGreaterThan<byte>(30);
        blurred[3 * (3 * 9 + 3)].ShouldBe(blurred[3 * (5 * 9 + 5)]);
        blurred[3 * (3 * 9 + 5)].ShouldBeLessThan<byte>(5);
    }

    [Fact]
    public void What_is_of_one_colour_stays_so_up_to_the_border()
    {
        var plain = DegradationFixture.Plain(11, 7, 201);

        Apply(new GaussianBlur(Always(3)), plain).Rgb.ShouldBe(plain.Rgb);
        Apply(new BoxBlur(Always(6)), plain).Rgb.ShouldBe(plain.Rgb);
        Apply(new MotionBlur(Always(8.5)), plain).Rgb.ShouldBe(plain.Rgb);
    }

    [Fact]
    public void None_is_none()
    {
        var picture = DegradationFixture.Noise(5, 12, 9);

        Apply(new GaussianBlur(Always(0)), picture).Rgb.ShouldBe(picture.Rgb);
        Apply(new BoxBlur(Always(1)), picture).Rgb.ShouldBe(picture.Rgb);
        Apply(new MotionBlur(Always(0)), picture).Rgb.ShouldBe(picture.Rgb);
        Apply(new GaussianBlur(Always(1e-3)), picture).Rgb.ShouldBe(picture.Rgb);
    }

    [Fact]
    public void A_picture_of_one_pixel_can_be_blurred() =>
        Apply(new GaussianBlur(Always(2)), DegradationFixture.Plain(1, 1, 90)).Rgb.ShouldBe<byte>([90, 90, 90]);

    private static RgbPicture Apply(IDegradation step, RgbPicture picture)
    {
        var random = new SampleRandom(1, 0);
        return step.Apply(picture, ref random);
    }

    private static Interval Always(double number) => new() { From = number, To = number };
}
