using Revisage.Degradations;
using Revisage.Fixtures;
using Revisage.Imaging;
using YamlDotNet.Serialization;
using YamlDotNet.Serialization.NamingConventions;

namespace Revisage.Training.Tests.Data.Degradations;

public sealed class DegradationOptionsTests
{
    private static readonly DegradationOptions All = new()
    {
        Blur = new Interval { From = 0.5, To = 2 },
        Motion = new Interval { From = 1, To = 5 },
        Box = new Interval { From = 2, To = 6 },
        Shrink = ShrinkMethod.BilinearChain,
        Noise = new Interval { From = 0, To = 10 },
        Jpeg = new Interval { From = 30, To = 95 },
    };

    [Fact]
    public void By_default_a_face_is_shrunk_and_nothing_else() => new DegradationOptions().ToChain(16, 16).Steps.Single().ShouldBeOfType<Shrink>();

    [Fact]
    public void Steps_come_in_the_order_of_cameras_and_files() => All.ToChain(16, 16).Steps.Select(step => step.GetType().Name)
        .ShouldBe([nameof(GaussianBlur), nameof(MotionBlur), nameof(BoxBlur), nameof(Shrink), nameof(GaussianNoise), nameof(Jpeg)]);

    [Fact]
    public void A_sample_is_degraded_by_its_number_alone()
    {
        var (chain, face) = (All.ToChain(16, 16), DegradationFixture.Noise(1, 64, 64));

        byte[] Degraded(long sample)
        {
            var random = new SampleRandom(1, sample);
            var small = chain.Apply(face, ref random);
            (small.Width, small.Height).ShouldBe((16, 16));
            return small.Rgb;
        }

        Degraded(3).ShouldBe(Degraded(3));
        Enumerable.Range(0, 10).Select(sample => DegradationFixture.Hash(Degraded(sample))).ShouldBeUnique();
    }

    [Fact]
    public void Recipes_say_them_in_YAML()
    {
        // As recipes are written and read (RecipeFile).
        var writer = new SerializerBuilder().WithNamingConvention(UnderscoredNamingConvention.Instance).WithEnumNamingConvention(LowerCaseNamingConvention.Instance).Build();
        var reader = new DeserializerBuilder().WithNamingConvention(UnderscoredNamingConvention.Instance).WithDuplicateKeyChecking().WithEnforceNullability().Build();

        reader.Deserialize<DegradationOptions>("shrink: matlab\nnoise: {from: 1, to: 2.5}\n")
            .ShouldBe(new DegradationOptions { Shrink = ShrinkMethod.Matlab, Noise = new Interval { From = 1, To = 2.5 } });
        reader.Deserialize<DegradationOptions>(writer.Serialize(All)).ShouldBe(All);
        reader.Deserialize<DegradationOptions>(writer.Serialize(new DegradationOptions())).ShouldBe(new DegradationOptions());
    }

    [Theory]
    [InlineData(-1, 2)]
    [InlineData(3, 2)]
    [InlineData(1, double.PositiveInfinity)]
    [InlineData(double.NaN, 2)]
    public void Intervals_that_make_no_sense_are_named(double from, double to) =>
        Should.Throw<RevisageException>(() => new DegradationOptions { Blur = new Interval { From = from, To = to } }.ToChain(16, 16)).Message
            .ShouldBe(FormattableString.Invariant($"The recipe's degradation.blur goes from {from} to {to}, but takes numbers that rise within 0 to 50. Correct them."));

    [Fact]
    public void Intervals_are_drawn_from_end_to_end()
    {
        var range = new Interval { From = 2, To = 6 };

        var drawn = Enumerable.Range(0, 1000).Select(sample =>
        {
            var random = new SampleRandom(1, sample);
            return (Number: range.Draw(ref random), Whole: range.DrawWhole(ref random));
        }).ToArray();

        drawn.Average(one => one.Number).ShouldBe(4, 0.15);
        drawn.Min(one => one.Number).ShouldBeInRange(2, 2.05);
        drawn.Max(one => one.Number).ShouldBeInRange(5.95, 6);
        drawn.Select(one => one.Whole).Distinct().Order().ShouldBe([2, 3, 4, 5, 6]);
    }
}
