using Revisage.Degradations;
using Revisage.Fixtures;
using Revisage.Imaging;

namespace Revisage.Tests.Degradations;

public sealed class ColourJitterTests
{
    public static IEnumerable<object[]> Cases => DegradationFixture.Read().Jitter.Select(one => new object[] { one.Change, one.Amount, one.Sha256 });

    [Theory]
    [MemberData(nameof(Cases))]
    public void Each_change_is_Pillows_to_the_last_bit(string change, double amount, string sha256)
    {
        var rgb = DegradationFixture.Noise(7, 40, 40).Rgb;
        switch (change)
        {
            case "Brightness":
                ColourJitter.Brighten(rgb, amount);
                break;
            case "Contrast":
                ColourJitter.Contrast(rgb, amount);
                break;
            case "Saturation":
                ColourJitter.Saturate(rgb, amount);
                break;
            default:
                ColourJitter.ShiftHue(rgb, amount);
                break;
        }

        DegradationFixture.Hash(rgb).ShouldBe(sha256);
    }

    [Fact]
    public void Amounts_are_spread_over_1_less_and_1_plus_the_option()
    {
        var jitter = new ColourJitter(new ColourJitterOptions { Brightness = 0.4 });

        var levels = Enumerable.Range(0, 500).Select(sample => Draw(jitter, DegradationFixture.Plain(1, 1, 100), sample)[0]).ToArray();

        levels.Min().ShouldBeInRange<byte>(60, 62);
        levels.Max().ShouldBeInRange<byte>(137, 140);
        levels.Average(level => level).ShouldBe(100, 3);
    }

    [Fact]
    public void A_factor_is_never_below_0() =>
        Enumerable.Range(0, 50).Select(sample => Draw(new ColourJitter(new ColourJitterOptions { Brightness = 3 }), DegradationFixture.Plain(1, 1, 50), sample)[0])
            .Count(level => level == 0).ShouldBeLessThan(5);

    [Fact]
    public void The_order_of_the_changes_is_drawn_too()
    {
        // Brightness 0 to 2 clips white; contrast before and after gives different pictures.
        var jitter = new ColourJitter(new ColourJitterOptions { Brightness = 1, Contrast = 1, Saturation = 0.4, Hue = 0.1 });
        var picture = DegradationFixture.Noise(1, 8, 8);

        Enumerable.Range(0, 20).Select(sample => DegradationFixture.Hash(Draw(jitter, picture, sample))).ShouldBeUnique();
        Draw(jitter, picture, 4).ShouldBe(Draw(jitter, picture, 4));
    }

    [Fact]
    public void Without_amounts_nothing_changes()
    {
        var picture = DegradationFixture.Noise(1, 8, 8);

        Draw(new ColourJitter(new ColourJitterOptions()), picture, 0).ShouldBe(picture.Rgb);
    }

    [Theory]
    [InlineData(-0.1, 0)]
    [InlineData(double.NaN, 0)]
    [InlineData(0, 0.6)]
    public void Amounts_that_make_no_sense_are_refused(double brightness, double hue) =>
        Should.Throw<RevisageException>(() => new ColourJitter(new ColourJitterOptions { Brightness = brightness, Hue = hue })).Message.ShouldContain("Hue");

    private static byte[] Draw(ColourJitter jitter, RgbPicture picture, int sample)
    {
        var random = new SampleRandom(5, sample);
        return jitter.Apply(picture, ref random).Rgb;
    }
}
