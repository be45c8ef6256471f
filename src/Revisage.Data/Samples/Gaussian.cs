
namespace Revisage.Data.Samples;

/// <summary>A normal distribution by its mean and principal axes.</summary>
public sealed class Gaussian
{
    private readonly double[] mean;
    private readonly double[][] axes;
    private readonly double[] deviations;

    private Gaussian(double[] mean, double[][] axes, double[] deviations) =>
        (this.mean, this.axes, this.deviations) = (mean, axes, deviations);

    public IReadOnlyList<double> Mean => mean;

    /// <summary>Along the axes, falling.</summary>
    public IReadOnlyList<double> Deviations => deviations;

    /// <summary>The mean of the points, and the axes of their covariance (divided by the count) along which they vary most.</summary>
    /// <param name="points">[n][dimensions].</param>
    /// <param name="most">Axes to keep; fewer where the points lie in fewer dimensions.</param>
    public static Gaussian Fit(IReadOnlyList<double[]> points, int most = int.MaxValue)
    {
        ArgumentNullException.ThrowIfNull(points);
        var mean = new double[points[0].Length];
        foreach (var point in points)
        {
            Vectors.AddScaled(mean, 1.0 / points.Count, point);
        }

        var (variances, axes) = SymmetricEigen.Of(Covariance(points, mean));
        return new Gaussian(mean, [.. axes.Take(most)], [.. variances.Take(most).Select(Math.Sqrt)]);
    }

    /// <summary>Where the point's projection is along each axis, from the mean.</summary>
    public double[] CoordinatesOf(double[] point)
    {
        ArgumentNullException.ThrowIfNull(point);
        var centred = (double[])point.Clone();
        Vectors.AddScaled(centred, -1, mean);
        return Array.ConvertAll(axes, axis => Vectors.Dot(axis, centred));
    }

    /// <summary>The point that has these coordinates.</summary>
    public double[] PointAt(double[] coordinates)
    {
        ArgumentNullException.ThrowIfNull(coordinates);
        var point = (double[])mean.Clone();
        for (var i = 0; i < axes.Length; i++)
        {
            Vectors.AddScaled(point, coordinates[i], axes[i]);
        }

        return point;
    }

    /// <summary>A random point.</summary>
    /// <param name="spread">Times the deviation along each axis, by the axis' number.</param>
    public double[] Draw(ref SampleRandom random, Func<int, double> spread)
    {
        ArgumentNullException.ThrowIfNull(spread);
        var coordinates = new double[axes.Length];
        for (var i = 0; i < coordinates.Length; i++)
        {
            coordinates[i] = Normal(ref random) * deviations[i] * spread(i);
        }

        return PointAt(coordinates);
    }

    // Rows of the covariance in blocks that stay in a core's cache while all points pass.
    private static double[][] Covariance(IReadOnlyList<double[]> points, double[] mean)
    {
        const int block = 16;
        var size = mean.Length;
        var rows = mean.Select(_ => new double[size]).ToArray();
        Parallel.For(0, (size + block - 1) / block, at =>
        {
            var centred = new double[size];
            foreach (var point in points)
            {
                point.CopyTo(centred, 0);
                Vectors.AddScaled(centred, -1, mean);
                for (var i = at * block; i < Math.Min((at + 1) * block, size); i++)
                {
                    Vectors.AddScaled(rows[i].AsSpan(i), centred[i] / points.Count, centred.AsSpan(i));
                }
            }
        });

        for (var i = 0; i < size; i++)
        {
            for (var j = 0; j < i; j++)
            {
                rows[i][j] = rows[j][i];
            }
        }

        return rows;
    }

    // Box and Muller 1958.
    private static double Normal(ref SampleRandom random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
