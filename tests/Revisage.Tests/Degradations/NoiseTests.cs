using Revisage.Degradations;
using Revisage.Fixtures;

namespace Revisage.Tests.Degradations;

public sealed class NoiseTests
{
    [Theory]
    [InlineData(2)]
    [InlineData(20)]
    public void Noise_has_the_spread_it_was_asked_for_and_no_drift(double sigma)
    {
        var random = new SampleRandom(1, 0);

        var noisy = new GaussianNoise(new Interval { From = sigma, To = sigma }).Apply(DegradationFixture.Plain(64, 64, 128), ref random).Rgb;

        // 12,288 values: the mean's own spread is sigma / 111, sigma's sigma / 157. Rounding adds 1/12 to the variance.
        noisy.Average(value => value).ShouldBe(128, 4 * sigma / 111);
        Math.Sqrt(noisy.Average(value => (value - 128.0) * (value - 128.0)) - 1 / 12.0).ShouldBe(sigma, 4 * sigma / 157);
    }

    [Fact]
    public void Normal_numbers_are_independent_and_of_an_odd_count_too()
    {
        var random = new SampleRandom(3, 0);
        var values = new float[100_001];

        NormalNumbers.Fill(ref random, values);

        values.Average().ShouldBe(0, 0.015);
        values.Average(value => value * value).ShouldBe(1, 0.02f);
        values.Average(value => MathF.Pow(value, 4)).ShouldBe(3, 0.15f);
        values.Zip(values.Skip(1), (a, b) => a * b).Average().ShouldBe(0, 0.015f);
        values[^1].ShouldNotBe(0);
    }
}
