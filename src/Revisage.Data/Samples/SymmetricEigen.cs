namespace Revisage.Data.Samples;

/// <summary>
/// Eigenvalues and eigenvectors of a covariance by one-sided Jacobi rotations (Hestenes, SIAM J. 6, 1958; with
/// de Rijk's order, SIAM J. Sci. Stat. Comput. 10, 1989): pairs of rows are turned until all are orthogonal. Their
/// lengths then are the eigenvalues, and their directions the eigenvectors.
/// </summary>
public static class SymmetricEigen
{
    // Of two rows' lengths: at rounding's own size.
    private const double Orthogonal = 1e-13;

    // Shorter rows, against the longest, hold rounding alone: the matrix has a smaller rank.
    private const double Nothing = 1e-13;

    // Convergence is quadratic; a dozen sweeps do for thousands of rows.
    private const int MostSweeps = 60;

    /// <summary>Falling eigenvalues above zero, and their eigenvectors of length 1.</summary>
    /// <param name="matrix">[n][n], symmetric, with no negative eigenvalue; it is not changed.</param>
    public static (double[] Values, double[][] Vectors) Of(double[][] matrix)
    {
        ArgumentNullException.ThrowIfNull(matrix);
        var rows = matrix.Select(row => (double[])row.Clone()).ToArray();
        var squares = new double[rows.Length];
        var sweeps = 0;
        bool turned;
        do
        {
            for (var i = 0; i < rows.Length; i++)
            {
                squares[i] = -Vectors.Dot(rows[i], rows[i]);
            }

            Array.Sort(squares, rows);
            for (var i = 0; i < squares.Length; i++)
            {
                squares[i] = -squares[i];
            }

            turned = Sweep(rows, squares);
        }
        while (turned && ++sweeps < MostSweeps);

        var kept = squares.Count(square => square > squares[0] * Nothing * Nothing && square > 0);
        var values = squares.Take(kept).Select(Math.Sqrt).ToArray();
        return (values, [.. rows.Take(kept).Select((row, i) => Array.ConvertAll(row, value => value / values[i]))]);
    }

    private static bool Sweep(double[][] rows, double[] squares)
    {
        var turned = false;
        var nothing = squares[0] * Nothing * Nothing;
        for (var p = 0; p < rows.Length - 1; p++)
        {
            for (var q = p + 1; q < rows.Length; q++)
            {
                if (squares[p] <= nothing || squares[q] <= nothing)
                {
                    continue;
                }

                var product = Vectors.Dot(rows[p], rows[q]);
                if (Math.Abs(product) <= Orthogonal * Math.Sqrt(squares[p] * squares[q]))
                {
                    continue;
                }

                var zeta = (squares[q] - squares[p]) / (2 * product);
                var tangent = Math.CopySign(1 / (Math.Abs(zeta) + Math.Sqrt(1 + zeta * zeta)), zeta);
                var cosine = 1 / Math.Sqrt(1 + tangent * tangent);
                Vectors.Rotate(rows[p], rows[q], cosine, cosine * tangent);
                squares[p] -= tangent * product;
                squares[q] += tangent * product;
                turned = true;
            }
        }

        return turned;
    }
}
