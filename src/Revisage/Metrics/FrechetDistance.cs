namespace Revisage.Metrics;

/// <summary>
/// The Fréchet distance between two sets of faces by a network's features, each set taken for a Gaussian of mean m and
/// covariance C: |m1 - m2|² + tr(C1 + C2 - 2 (C1 C2)^½) (Dowson and Landau, J. Multivariate Analysis 12, 1982; of
/// Inception's features, FID: Heusel et al., NeurIPS 2017). 0 for equal statistics, and up from there; it falls as sets
/// grow, so figures compare where the numbers of faces do.
/// </summary>
/// <remarks>
/// Where C1 = A A^T and C2 = B B^T, the trace of (C1 C2)^½ is the sum of B^T A's singular values. Neither root nor
/// square of a covariance is formed, so the covariances of fewer faces than features, which have no inverse, are as
/// exact as others. The cost is of the order D r², with r the smaller of D and the number of faces.
/// </remarks>
public static class FrechetDistance
{
    /// <exception cref="ArgumentException">The two have different numbers of features.</exception>
    /// <exception cref="RevisageException">Either has fewer than two faces.</exception>
    public static double Between(FeatureStatistics a, FeatureStatistics b)
    {
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(b);
        if (a.Dimensions != b.Dimensions)
            throw new ArgumentException($"Statistics of one network's features are compared, not of {a.Dimensions} with {b.Dimensions}.");

        var (factorA, rankA) = Factor(a);
        var (factorB, rankB) = Factor(b);
        if (rankA < rankB)
            ((factorA, rankA), (factorB, rankB)) = ((factorB, rankB), (factorA, rankA));

        var product = new Matrix(factorA.Columns, factorB.Columns);
        product.AddProduct(factorA, factorB, a.Dimensions);
        var apart = a.Mean().Zip(b.Mean(), (x, y) => (x - y) * (x - y)).Sum();
        return Math.Max(0, apart + Trace(a) + Trace(b) - 2 * SingularValues.Sum(product, rankA, rankB));
    }

    private static double Trace(FeatureStatistics statistics) =>
        Enumerable.Range(0, statistics.Dimensions).Sum(i => statistics.Scatter()[i, i]) / (statistics.Count - 1);

    /// <summary>
    /// Cholesky's factor of the covariance, its largest remaining variance first (Higham, "Analysis of the Cholesky
    /// decomposition of a semi-definite matrix", 1990), in as many columns as variance remains that is not rounding's.
    /// </summary>
    private static (Matrix Factor, int Rank) Factor(FeatureStatistics statistics)
    {
        var scatter = statistics.Scatter();
        var (size, freedom) = (statistics.Dimensions, statistics.Count - 1);
        var factor = new Matrix(size, (int)Math.Min(size, freedom));
        var remaining = new double[size];
        for (var i = 0; i < size; i++)
            remaining[i] = scatter[i, i] / freedom;

        var rounding = size * Matrix.Rounding * remaining.Max();
        var done = new bool[size];
        for (var k = 0; k < factor.Columns; k++)
        {
            var pivot = -1;
            for (var i = 0; i < size; i++)
            {
                if (!done[i] && (pivot < 0 || remaining[i] > remaining[pivot]))
                    pivot = i;
            }

            if (remaining[pivot] <= rounding)
                return (factor, k);

            done[pivot] = true;
            var length = Math.Sqrt(remaining[pivot]);
            var before = factor.Row(pivot)[..k];
            for (var i = 0; i < size; i++)
            {
                if (done[i])
                    continue;

                var covariance = (i < pivot ? scatter[pivot, i] : scatter[i, pivot]) / freedom;
                var value = (covariance - Matrix.Dot(before, factor.Row(i)[..k])) / length;
                factor[i, k] = value;
                remaining[i] -= value * value;
            }

            factor[pivot, k] = length;
        }

        return (factor, factor.Columns);
    }
}
