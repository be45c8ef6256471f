namespace Revisage.Metrics;

/// <summary>A network's map of one picture: <paramref name="Channels"/> numbers at each of its places, channel by channel, [C, H, W].</summary>
public sealed record MapOfFeatures(int Channels, ReadOnlyMemory<float> Values);

/// <summary>
/// How different two pictures look to a network, by LPIPS's formula with every weight 1 (Zhang et al., CVPR 2018, section 3, equation 1):
/// the numbers at each place of a map are brought to length 1, and the squares of their differences are summed over channels, averaged over
/// places, and summed over maps. From 0 to 4 for each map. It is not LPIPS, which has learned weights and another network.
/// </summary>
public static class FeatureMapDistance
{
    // LPIPS's own, which leaves a place where nothing is seen at 0.
    private const double Epsilon = 1e-10;

    /// <param name="a">The maps of one picture.</param>
    /// <param name="b">The same maps of the other.</param>
    /// <returns>0 for equal pictures.</returns>
    /// <exception cref="ArgumentException">The maps are not as many, or not of one size.</exception>
    public static double Between(IReadOnlyList<MapOfFeatures> a, IReadOnlyList<MapOfFeatures> b)
    {
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(b);
        return a.Count == b.Count
            ? a.Zip(b, Between).Sum()
            : throw new ArgumentException($"Maps of one network are compared, not {a.Count} with {b.Count}.", nameof(b));
    }

    private static double Between(MapOfFeatures a, MapOfFeatures b)
    {
        if (a.Channels != b.Channels || a.Values.Length != b.Values.Length)
            throw new ArgumentException($"Maps of one size are compared, not {a.Channels} channels of {a.Values.Length} numbers with {b.Channels} of {b.Values.Length}.", nameof(b));

        var x = a.Values.Span;
        var y = b.Values.Span;
        var places = x.Length / a.Channels;
        var (lengthsX, lengthsY) = (Lengths(x, places), Lengths(y, places));
        var sum = 0.0;
        for (var i = 0; i < x.Length; i++)
        {
            var difference = x[i] / lengthsX[i % places] - y[i] / lengthsY[i % places];
            sum += difference * difference;
        }

        return sum / places;
    }

    private static double[] Lengths(ReadOnlySpan<float> map, int places)
    {
        var lengths = new double[places];
        for (var i = 0; i < map.Length; i++)
            lengths[i % places] += (double)map[i] * map[i];
        return Array.ConvertAll(lengths, squares => Math.Sqrt(squares) + Epsilon);
    }
}
