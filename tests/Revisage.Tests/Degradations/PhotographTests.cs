using Revisage.Degradations;
using Revisage.Fixtures;
using Revisage.Imaging;

namespace Revisage.Tests.Degradations;

public class PhotographTests
{
    private static readonly PhotographOptions Nothing = new()
    {
        Clean = 0,
        Cut = Only(1),
        Shrink = [ShrinkMethod.Bicubic],
        Chance = 0,
        JpegChance = 0,
        SecondJpegChance = 0,
    };

    public static TheoryData<string> Knobs => [.. Changes.Keys];

    private static Dictionary<string, PhotographOptions> Changes { get; } = new()
    {
        ["cut"] = Nothing with { Cut = Only(2) },
        ["shrink"] = Nothing with { Shrink = [ShrinkMethod.Nearest] },
        ["blur"] = Nothing with { Chance = 1, Blur = Only(1), Roundness = Only(1), Motion = Only(0), Noise = Only(0) },
        ["roundness"] = Nothing with { Chance = 1, Blur = Only(1), Roundness = Only(0.2), Motion = Only(0), Noise = Only(0) },
        ["motion"] = Nothing with { Chance = 1, Blur = Only(0), Motion = Only(3), Noise = Only(0) },
        ["noise"] = Nothing with { Chance = 1, Blur = Only(0), Motion = Only(0), Noise = Only(9) },
        ["jpeg"] = Nothing with { JpegChance = 1, Jpeg = Only(30) },
        ["second jpeg"] = Nothing with { SecondJpegChance = 1, SecondJpeg = Only(30) },
        ["colour"] = Nothing with { Colour = new ColourJitterOptions { Brightness = 0.5 } },
    };

    [Fact]
    public void A_clean_face_is_shrunk_by_bicubic_and_no_more()
    {
        var face = DegradationFixture.Noise(1, 64, 64);

        Assert.Equal(face.Shrunk(16, 16, ShrinkMethod.Bicubic).Rgb, Degrade(face, new PhotographOptions { Clean = 1 }).Rgb);
        Assert.Equal(face.Shrunk(16, 16, ShrinkMethod.Bicubic).Rgb, Degrade(face, Nothing).Rgb);
    }

    [Theory]
    [MemberData(nameof(Knobs))]
    public void Each_step_leaves_its_trace(string knob)
    {
        var face = DegradationFixture.Noise(1, 64, 64);
        var traces = Changes.Values.Select(options => Convert.ToHexString(Degrade(face, options).Rgb)).ToList();

        Assert.NotEqual(Degrade(face, Nothing).Rgb, Degrade(face, Changes[knob]).Rgb);
        Assert.Equal(traces.Count, traces.Distinct().Count());
    }

    [Fact]
    public void A_sample_is_a_function_of_its_number()
    {
        var face = DegradationFixture.Noise(1, 64, 64);
        var options = new PhotographOptions { Clean = 0 };

        Assert.Equal(Degrade(face, options, 5).Rgb, Degrade(face, options, 5).Rgb);
        Assert.NotEqual(Degrade(face, options, 5).Rgb, Degrade(face, options, 6).Rgb);
    }

    [Fact]
    public void One_colour_stays_as_it_is_but_for_the_noise() =>
        Assert.All(Degrade(DegradationFixture.Plain(64, 64, 90), new PhotographOptions { Clean = 0, Noise = Only(0) }).Rgb, level => Assert.InRange(level, 88, 92));

    [Fact]
    public void Blocks_of_the_photograph_lie_anywhere()
    {
        var face = DegradationFixture.Noise(1, 64, 64);
        var options = Changes["jpeg"];

        Assert.True(Enumerable.Range(0, 20).Select(sample => Convert.ToHexString(Degrade(face, options, sample).Rgb)).Distinct().Count() > 10);
    }

    [Fact]
    public void Ranges_are_checked_before_the_first_face()
    {
        var error = Assert.Throws<RevisageException>(() => new DegradationOptions { Photograph = new PhotographOptions { Jpeg = Only(0) } }.ToChain(16, 16));
        Assert.Contains("degradation.photograph.jpeg", error.Message, StringComparison.Ordinal);

        error = Assert.Throws<RevisageException>(() => new DegradationOptions { Photograph = new(), Blur = Only(1) }.ToChain(16, 16));
        Assert.Contains("Leave out the other keys", error.Message, StringComparison.Ordinal);
    }

    private static RgbPicture Degrade(RgbPicture face, PhotographOptions options, long sample = 1)
    {
        var random = new SampleRandom(1, sample);
        return new Photograph(options, 16).Apply(face, ref random);
    }

    private static Interval Only(double value) => new() { From = value, To = value };
}
