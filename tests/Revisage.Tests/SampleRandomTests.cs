namespace Revisage.Tests;

public class SampleRandomTests
{
    [Fact]
    public void Its_numbers_are_SplitMix64s()
    {
        // Computed from the definition in Python: mix(mix(seed + gamma) ^ sample), then steps of gamma.
        var random = new SampleRandom(1, 0);

        new[] { random.NextDouble(), random.NextDouble(), random.NextDouble() }.ShouldBe([0.4327449275927212, 0.4256321780286294, 0.5396686375601871]);
    }

    [Fact]
    public void One_seed_and_sample_give_one_sequence_and_others_another()
    {
        static int[] Draw(int seed, long sample)
        {
            var random = new SampleRandom(seed, sample);
            return [.. Enumerable.Range(0, 8).Select(_ => random.Next(0, 999))];
        }

        Draw(1, 5).ShouldBe(Draw(1, 5));
        new[] { Draw(1, 5), Draw(1, 6), Draw(2, 5), Draw(1, -6), Draw(-1, 5) }.Select(draw => string.Join(' ', draw)).ShouldBeUnique();
    }

    [Fact]
    public void Both_ends_of_a_range_are_met_and_no_number_beyond()
    {
        var random = new SampleRandom(3, 1);

        Enumerable.Range(0, 200).Select(_ => random.Next(-2, 2)).Distinct().Order().ShouldBe([-2, -1, 0, 1, 2]);
        random.Next(4, 4).ShouldBe(4);
        random.Next(int.MinValue, int.MaxValue).ShouldBeOfType<int>();
    }

    [Fact]
    public void Numbers_are_even_over_samples()
    {
        var counts = new int[6];
        var sum = 0.0;
        for (var sample = 0; sample < 60_000; sample++)
        {
            var random = new SampleRandom(1, sample);
            counts[random.Next(0, 5)]++;
            sum += random.NextDouble();
        }

        // Five standard deviations: sqrt(60000 * 1/6 * 5/6) = 91; 0.289 / sqrt(60000) = 0.0012.
        counts.ShouldAllBe(count => Math.Abs(count - 10_000) < 5 * 91);
        (sum / 60_000).ShouldBe(0.5, 5 * 0.0012);
    }
}
