namespace Revisage.Training.Onnx.Int8;

/// <summary>
/// How the values of one activation are distributed, in one pass and little memory: the smallest, the largest, and a
/// histogram that grows by powers of two as larger values come.
/// </summary>
internal sealed class ActivationObserver(string name)
{
    private const int Bins = 8192;
    private const int Zero = Bins / 2;

    private readonly long[] counts = new long[Bins];
    private double width = Math.ScaleB(1, -24);
    private long total;
    private float smallest = float.PositiveInfinity;
    private float largest = float.NegativeInfinity;

    /// <exception cref="RevisageException">A value is not finite.</exception>
    public void Add(ReadOnlySpan<float> values)
    {
        foreach (var value in values)
        {
            if (!float.IsFinite(value))
            {
                throw new RevisageException($"'{name}' reaches {value} on a training face, so it has no range. Export an earlier checkpoint.");
            }

            (smallest, largest) = (Math.Min(smallest, value), Math.Max(largest, value));
        }

        while (values.Length > 0 && Math.Max(Math.Abs(smallest), Math.Abs(largest)) >= width * Zero)
        {
            Double();
        }

        foreach (var value in values)
        {
            counts[Zero + (int)Math.Floor(value / width)]++;
        }

        total += values.Length;
    }

    /// <summary>From where to where values are kept, those outside being clipped.</summary>
    /// <param name="share">Of the values that lie within, as many being left out below as above; 1 for the smallest to the largest.</param>
    public (float Low, float High) Range(double share)
    {
        ArgumentOutOfRangeException.ThrowIfZero(total);
        var outside = (long)((1 - share) / 2 * total);
        var (first, last) = (0, Bins - 1);
        for (var below = counts[first]; below <= outside; below += counts[first])
        {
            first++;
        }

        for (var above = counts[last]; above <= outside; above += counts[last])
        {
            last--;
        }

        return ((float)Math.Max(smallest, (first - Zero) * width), (float)Math.Min(largest, (last + 1 - Zero) * width));
    }

    private void Double()
    {
        var old = counts.ToArray();
        Array.Clear(counts);
        for (var i = 0; i < Bins; i++)
        {
            // Shifted as a signed number: -1 stays below zero.
            counts[Zero + (i - Zero >> 1)] += old[i];
        }

        width *= 2;
    }
}
