namespace Revisage.Degradations;

/// <summary>Numbers of a normal distribution.</summary>
public static class NormalNumbers
{
    /// <summary>Independent N(0, 1), two at a time (Box and Muller 1958).</summary>
    public static void Fill(ref SampleRandom random, Span<float> values)
    {
        for (var i = 0; i < values.Length; i += 2)
        {
            // 1 less a number of [0, 1): its logarithm is finite.
            var radius = MathF.Sqrt(-2 * MathF.Log((float)(1 - random.NextDouble())));
            var (sine, cosine) = MathF.SinCos(2 * MathF.PI * (float)random.NextDouble());
            values[i] = radius * cosine;
            if (i + 1 < values.Length)
            {
                values[i + 1] = radius * sine;
            }
        }
    }
}
