namespace Revisage.Evaluation;

/// <summary>95 % percentile intervals of means over faces (Efron and Tibshirani, 1993, chapter 13).</summary>
internal sealed class Bootstrap(int samples, int seed)
{
    /// <summary>
    /// One interval for each row of numbers, all of the same faces: every row sees the same resampled faces, so that what makes one
    /// face hard moves all intervals alike.
    /// </summary>
    /// <returns>Null for a single face, of which there is nothing to resample.</returns>
    public Interval[]? IntervalsOf(IReadOnlyList<double[]> rows)
    {
        var count = rows.Count == 0 ? 0 : rows[0].Length;
        if (count < 2)
            return null;

        var random = new Random(seed);
        var drawn = new int[count];
        var means = rows.Select(_ => new double[samples]).ToArray();
        for (var sample = 0; sample < samples; sample++)
        {
            for (var i = 0; i < count; i++)
                drawn[i] = random.Next(count);
            for (var row = 0; row < rows.Count; row++)
                means[row][sample] = MeanOf(rows[row], drawn);
        }

        return Array.ConvertAll(means, Percentiles);
    }

    private static double MeanOf(double[] values, int[] chosen)
    {
        var sum = 0.0;
        foreach (var i in chosen)
            sum += values[i];
        return sum / chosen.Length;
    }

    private static Interval Percentiles(double[] means)
    {
        Array.Sort(means);
        double Quantile(double share) => means[(int)Math.Round(share * (means.Length - 1))];
        return new Interval(Quantile(0.025), Quantile(0.975));
    }
}
