namespace Revisage.Training.Layers;

/// <summary>
/// How weights start. The fan-in of a weight of [a, b, ..rest] is b * rest, its fan-out a * rest, as PyTorch counts
/// them (so a transposed convolution's are swapped).
/// </summary>
public static class Initializers
{
    public static Initializer Zeros { get; } = Constant(0);

    public static Initializer Ones { get; } = Constant(1);

    public static Initializer Constant(float value) => (values, _, _) => values.Fill(value);

    public static Initializer Normal(double deviation, double mean = 0) => (values, _, random) => FillNormal(values, deviation, mean, random);

    /// <summary>Even over [-<paramref name="bound"/>, <paramref name="bound"/>).</summary>
    public static Initializer Uniform(double bound) => (values, _, random) => FillUniform(values, bound, random);

    /// <summary>He et al. 2015 for leaky ReLU of <paramref name="slope"/>: bound sqrt(6 / ((1 + slope²) fan-in)).</summary>
    public static Initializer KaimingUniform(double slope = 0) => (values, shape, random) =>
        FillUniform(values, Math.Sqrt(6 / ((1 + slope * slope) * FanIn(shape))), random);

    /// <summary>He et al. 2015 for leaky ReLU of <paramref name="slope"/>: deviation sqrt(2 / ((1 + slope²) fan-in)).</summary>
    public static Initializer KaimingNormal(double slope = 0) => (values, shape, random) =>
        FillNormal(values, Math.Sqrt(2 / ((1 + slope * slope) * FanIn(shape))), 0, random);

    /// <summary>Glorot and Bengio 2010: bound gain * sqrt(6 / (fan-in + fan-out)).</summary>
    public static Initializer XavierUniform(double gain = 1) => (values, shape, random) =>
        FillUniform(values, gain * Math.Sqrt(6 / (FanIn(shape) + FanOut(shape))), random);

    /// <summary>Glorot and Bengio 2010: deviation gain * sqrt(2 / (fan-in + fan-out)).</summary>
    public static Initializer XavierNormal(double gain = 1) => (values, shape, random) =>
        FillNormal(values, gain * Math.Sqrt(2 / (FanIn(shape) + FanOut(shape))), 0, random);

    /// <summary>A random direction of length 1, where power iteration starts.</summary>
    public static Initializer UnitVector { get; } = (values, _, random) =>
    {
        FillNormal(values, 1, 0, random);
        var squares = 0.0;
        foreach (var value in values)
        {
            squares += (double)value * value;
        }

        foreach (ref var value in values)
        {
            value = (float)(value / Math.Sqrt(squares));
        }
    };

    /// <summary>PyTorch's default of convolutions and linear layers: even within 1 / sqrt(fan-in).</summary>
    internal static Initializer LayerWeight { get; } = KaimingUniform(Math.Sqrt(5));

    /// <summary>PyTorch's default bias, within 1 / sqrt(<paramref name="fanIn"/> of the weight).</summary>
    internal static Initializer LayerBias(int fanIn) => Uniform(1 / Math.Sqrt(fanIn));

    private static double FanIn(IReadOnlyList<int> shape) => shape.Skip(1).Aggregate(1.0, (fan, extent) => fan * extent);

    private static double FanOut(IReadOnlyList<int> shape) => shape[0] * FanIn(shape) / shape[1];

    private static void FillUniform(Span<float> values, double bound, Random random)
    {
        foreach (ref var value in values)
        {
            value = (float)((2 * random.NextDouble() - 1) * bound);
        }
    }

    private static void FillNormal(Span<float> values, double deviation, double mean, Random random)
    {
        foreach (ref var value in values)
        {
            // Box and Muller; 1 - u keeps the logarithm finite.
            var radius = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble()));
            value = (float)(mean + deviation * radius * Math.Cos(2 * Math.PI * random.NextDouble()));
        }
    }
}
