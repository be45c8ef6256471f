using Revisage.Data.Samples;

namespace Revisage.Training.Tests.Samples;

public class GaussianTests
{
    // Mean (1, 2); variances 4 and 1 along the axes; each point once on either side.
    private static readonly double[][] Cross = [[1 + Math.Sqrt(8), 2], [1 - Math.Sqrt(8), 2], [1, 2 + Math.Sqrt(2)], [1, 2 - Math.Sqrt(2)]];

    [Fact]
    public void Mean_and_deviations_are_those_of_the_points()
    {
        var gaussian = Gaussian.Fit(Cross);

        gaussian.Mean.ShouldBe([1, 2], 1e-12);
        gaussian.Deviations.ShouldBe([2, 1], 1e-12);
    }

    [Fact]
    public void A_point_is_found_again_from_its_coordinates()
    {
        var gaussian = Gaussian.Fit(Cross);
        gaussian.PointAt(gaussian.CoordinatesOf([3, 7])).ShouldBe([3, 7], 1e-12);
    }

    [Fact]
    public void With_fewer_axes_a_point_is_projected()
    {
        var gaussian = Gaussian.Fit(Cross, most: 1);
        gaussian.PointAt(gaussian.CoordinatesOf([3, 7])).ShouldBe([3, 2], 1e-12);
    }

    [Fact]
    public void Draws_have_the_covariance_that_was_fitted()
    {
        // More dimensions than one block of rows, and correlated: each value is a walk's step sum.
        const int size = 20;
        var points = Enumerable.Range(0, 500).Select(n => Walk(new Random(n), size)).ToArray();
        var fitted = Gaussian.Fit(points);

        var draws = Enumerable.Range(0, 40_000).Select(i =>
        {
            var random = new SampleRandom(1, i);
            return fitted.Draw(ref random, _ => 1);
        }).ToArray();

        var (wanted, found) = (Covariance(points), Covariance(draws));
        for (var i = 0; i < size; i++)
        {
            for (var j = 0; j < size; j++)
            {
                // Five standard errors of a covariance of 40,000 draws.
                var error = Math.Sqrt((wanted[i, i] * wanted[j, j] + wanted[i, j] * wanted[i, j]) / draws.Length);
                found[i, j].ShouldBe(wanted[i, j], 5 * error, $"{i}, {j}");
            }
        }
    }

    [Fact]
    public void Spread_scales_each_axis()
    {
        var gaussian = Gaussian.Fit(Cross);
        var (first, again) = (new SampleRandom(1, 2), new SampleRandom(1, 2));

        var usual = gaussian.CoordinatesOf(gaussian.Draw(ref first, _ => 1));
        var scaled = gaussian.CoordinatesOf(gaussian.Draw(ref again, axis => axis == 0 ? 0.5 : 0));

        scaled.ShouldBe([usual[0] / 2, 0], 1e-12);
    }

    private static double[] Walk(Random random, int size)
    {
        var at = 0.0;
        return [.. Enumerable.Range(0, size).Select(_ => at += random.NextDouble() - 0.5)];
    }

    private static double[,] Covariance(double[][] points)
    {
        var size = points[0].Length;
        var mean = Enumerable.Range(0, size).Select(i => points.Average(point => point[i])).ToArray();
        var covariance = new double[size, size];
        for (var i = 0; i < size; i++)
        {
            for (var j = 0; j < size; j++)
            {
                covariance[i, j] = points.Average(point => (point[i] - mean[i]) * (point[j] - mean[j]));
            }
        }

        return covariance;
    }
}
