using Revisage.Training.Layers;

namespace Revisage.Training.Tests.Layers;

public class InitializersTests
{
    // 64 outputs, fan-in 8 * 9 = 72, fan-out 64 * 9 = 576; 4,608 numbers.
    private static readonly int[] Shape = [64, 8, 3, 3];

    public static TheoryData<string, double> Deviations => new()
    {
        { "normal", 0.02 },
        { "kaiming", Math.Sqrt(2.0 / 72) },
        { "kaiming leaky", Math.Sqrt(2 / (1.04 * 72)) },
        { "xavier", Math.Sqrt(2.0 / (72 + 576)) },
    };

    public static TheoryData<string, double> Bounds => new()
    {
        { "uniform", 0.3 },
        { "kaiming", Math.Sqrt(6.0 / 72) },
        { "xavier", 2 * Math.Sqrt(6.0 / (72 + 576)) },
        { "convolution", 1 / Math.Sqrt(72) },
    };

    [Theory]
    [MemberData(nameof(Deviations))]
    public void Normal_numbers_have_mean_zero_and_their_deviation(string name, double deviation)
    {
        var values = Fill(name switch
        {
            "normal" => Initializers.Normal(0.02),
            "kaiming" => Initializers.KaimingNormal(),
            "kaiming leaky" => Initializers.KaimingNormal(0.2),
            _ => Initializers.XavierNormal(),
        });

        // Five standard errors of 4,608 draws.
        values.Average().ShouldBe(0, 5 * deviation / Math.Sqrt(values.Length));
        Math.Sqrt(values.Average(value => value * value)).ShouldBe(deviation, 5 * deviation / Math.Sqrt(2 * values.Length));
        values.Max().ShouldBeGreaterThan(3 * deviation);
    }

    [Theory]
    [MemberData(nameof(Bounds))]
    public void Uniform_numbers_fill_their_range_and_stay_in_it(string name, double bound)
    {
        var values = Fill(name switch
        {
            "uniform" => Initializers.Uniform(0.3),
            "kaiming" => Initializers.KaimingUniform(),
            "xavier" => Initializers.XavierUniform(gain: 2),
            _ => new Conv2d(8, 64, 3).NamedWeights()[0].Weight.Initializer,
        });

        values.Max().ShouldBeInRange(0.99 * bound, bound + 1e-7);
        values.Min().ShouldBeInRange(-bound - 1e-7, -0.99 * bound);
        values.Average().ShouldBe(0, 5 * bound / Math.Sqrt(3 * values.Length));
    }

    [Fact]
    public void A_convolutions_bias_stays_within_the_root_of_its_fan_in()
    {
        var bias = new Conv2d(8, 4096, 3).NamedWeights()[1].Weight;
        var values = new float[bias.Count];

        bias.Initializer(values, bias.Shape, new Random(1));

        values.Max(Math.Abs).ShouldBe((float)(1 / Math.Sqrt(72)), 1e-3f);
    }

    [Fact]
    public void A_unit_vector_has_length_one() =>
        Fill(Initializers.UnitVector).Sum(value => value * value).ShouldBe(1, 1e-4);

    [Fact]
    public void One_seed_gives_the_same_numbers() => Fill(Initializers.Normal(1)).ShouldBe(Fill(Initializers.Normal(1)));

    private static double[] Fill(Initializer initializer)
    {
        var values = new float[64 * 8 * 9];
        initializer(values, Shape, new Random(1));
        return [.. values.Select(value => (double)value)];
    }
}
