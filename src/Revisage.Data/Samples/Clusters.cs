
namespace Revisage.Data.Samples;

/// <summary>Groups of near points by Lloyd's algorithm (k-means, 1957/1982).</summary>
public static class Clusters
{
    private const int MostRounds = 50;

    // For each centre to start from.
    private const int MostTries = 20;

    /// <summary>Each point's group, 0 to <paramref name="count"/> - 1; a group can be empty.</summary>
    /// <param name="points">[n][dimensions].</param>
    public static int[] Of(IReadOnlyList<double[]> points, int count, int seed)
    {
        ArgumentNullException.ThrowIfNull(points);
        var centres = Start(points, count, seed);
        var groups = new int[points.Count];
        for (var round = 0; round < MostRounds; round++)
        {
            var moved = 0;
            Parallel.For(0, points.Count, i =>
            {
                var nearest = Nearest(centres, points[i]);
                if (groups[i] != nearest)
                {
                    groups[i] = nearest;
                    Interlocked.Increment(ref moved);
                }
            });
            if (moved == 0)
            {
                break;
            }

            Centre(centres, points, groups);
        }

        return groups;
    }

    /// <summary>Random points, no two the same; fewer than asked where it takes long to find another.</summary>
    private static double[][] Start(IReadOnlyList<double[]> points, int count, int seed)
    {
        var random = new SampleRandom(seed, 0);
        var centres = new List<double[]>();
        for (var tries = 0; centres.Count < count && tries < MostTries * count; tries++)
        {
            var point = points[random.Next(0, points.Count - 1)];
            if (centres.TrueForAll(centre => Vectors.SquaredDistance(centre, point) > 0))
            {
                centres.Add((double[])point.Clone());
            }
        }

        return [.. centres];
    }

    private static int Nearest(double[][] centres, double[] point)
    {
        var (nearest, least) = (0, double.PositiveInfinity);
        for (var c = 0; c < centres.Length; c++)
        {
            var distance = Vectors.SquaredDistance(centres[c], point);
            if (distance < least)
            {
                (nearest, least) = (c, distance);
            }
        }

        return nearest;
    }

    private static void Centre(double[][] centres, IReadOnlyList<double[]> points, int[] groups)
    {
        var counts = new int[centres.Length];
        foreach (var group in groups)
        {
            counts[group]++;
        }

        for (var c = 0; c < centres.Length; c++)
        {
            if (counts[c] > 0)
            {
                Array.Clear(centres[c]);
            }
        }

        for (var i = 0; i < points.Count; i++)
        {
            Vectors.AddScaled(centres[groups[i]], 1.0 / counts[groups[i]], points[i]);
        }
    }
}
