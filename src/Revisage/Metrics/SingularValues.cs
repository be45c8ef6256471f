using System.Numerics;

namespace Revisage.Metrics;

/// <summary>
/// The sum of a matrix's singular values, its nuclear norm, to rounding of the largest: Householder's reflections from
/// both sides make it bidiagonal (Golub and Kahan, SIAM J. Numer. Anal. 2, 1965), and the implicit QL algorithm
/// (Martin and Wilkinson, Numer. Math. 12, 1968) finds the values.
/// </summary>
internal static class SingularValues
{
    private const int MostSweeps = 60;

    /// <param name="matrix">Is overwritten.</param>
    /// <param name="rows">Only so many, from the first.</param>
    /// <param name="columns">Likewise; no more than rows.</param>
    public static double Sum(Matrix matrix, int rows, int columns)
    {
        if (columns == 0)
            return 0;

        // [0 B; B^T 0], its rows and columns taken in turn from either half, is tridiagonal with 0 on the diagonal
        // and B's two diagonals in turn beside it. Its eigenvalues are the singular values, and those negated.
        var beside = Bidiagonal(matrix, rows, columns);
        return Eigenvalues(beside).Sum(Math.Abs) / 2;
    }

    // The diagonal's values at even places and those above it at odd ones.
    private static double[] Bidiagonal(Matrix matrix, int rows, int columns)
    {
        var result = new double[2 * columns - 1];
        // The matrix is to be read as itself less left downwards^T and right across^T: each step's update waits for the
        // next step's pass.
        var (left, right, newLeft) = (new double[rows], new double[rows], new double[rows]);
        var (downwards, across, newDownwards) = (new double[columns], new double[columns], new double[columns]);
        for (var k = 0; k < columns; k++)
        {
            for (var i = k; i < rows; i++)
                newLeft[i] = matrix[i, k] - left[i] * downwards[k] - right[i] * across[k];

            (result[2 * k], var scale) = Reflector(newLeft.AsSpan(k));
            var rest = (k + 1)..columns;
            if (k + 1 == columns)
                break;

            newDownwards.AsSpan(rest).Clear();
            for (var i = k; i < rows; i++)
                Update(matrix.Row(i)[rest], left[i], downwards.AsSpan(rest), right[i], across.AsSpan(rest), newLeft[i], newDownwards.AsSpan(rest));

            for (var j = k + 1; j < columns; j++)
            {
                newDownwards[j] *= scale;
                across[j] = matrix[k, j] - newDownwards[j];
            }

            (left, newLeft, downwards, newDownwards) = (newLeft, left, newDownwards, downwards);
            (result[2 * k + 1], scale) = Reflector(across.AsSpan(rest));
            var shared = Matrix.Dot(downwards.AsSpan(rest), across.AsSpan(rest));
            for (var i = k + 1; i < rows; i++)
                right[i] = scale * (Matrix.Dot(matrix.Row(i)[rest], across.AsSpan(rest)) - left[i] * shared);
        }

        return result;
    }

    // Turns x into v, v[0] = 1, of the reflector I - scale v v^T that takes x to (value, 0, 0, ...).
    private static (double Value, double Scale) Reflector(Span<double> x)
    {
        var tail = Matrix.Dot(x[1..], x[1..]);
        var first = x[0];
        x[0] = 1;
        if (tail == 0)
            return (first, 0);

        var value = -Math.CopySign(Math.Sqrt(first * first + tail), first);
        for (var i = 1; i < x.Length; i++)
            x[i] /= first - value;
        return (value, (value - first) / value);
    }

    // row -= a * x + b * y, and then sum += c * row.
    private static void Update(Span<double> row, double a, ReadOnlySpan<double> x, double b, ReadOnlySpan<double> y, double c, Span<double> sum)
    {
        var (i, minusA, minusB, timesC) = (0, new Vector<double>(-a), new Vector<double>(-b), new Vector<double>(c));
        for (; i <= row.Length - Vector<double>.Count; i += Vector<double>.Count)
        {
            var value = Vector.MultiplyAddEstimate(minusA, new Vector<double>(x[i..]), new Vector<double>(row[i..]));
            value = Vector.MultiplyAddEstimate(minusB, new Vector<double>(y[i..]), value);
            value.CopyTo(row[i..]);
            Vector.MultiplyAddEstimate(timesC, value, new Vector<double>(sum[i..])).CopyTo(sum[i..]);
        }

        for (; i < row.Length; i++)
        {
            row[i] -= a * x[i] + b * y[i];
            sum[i] += c * row[i];
        }
    }

    /// <param name="beside">What stands beside a diagonal of zeros, from the first to the last but one.</param>
    private static double[] Eigenvalues(double[] beside)
    {
        double[] e = [.. beside, 0];
        var d = new double[e.Length];
        var nothing = Matrix.Rounding * e.Max(Math.Abs);
        for (var l = 0; l < d.Length; l++)
        {
            for (var sweep = 0; ; sweep++)
            {
                var m = l;
                while (m < d.Length - 1 && Math.Abs(e[m]) > nothing)
                    m++;
                if (m == l)
                    break;
                if (sweep == MostSweeps)
                    throw new ArithmeticException($"Eigenvalue {l} of {d.Length} was not found in {MostSweeps} sweeps.");

                Sweep(d, e, l, m);
            }
        }

        return d;
    }

    // One step of QL, shifted by the eigenvalue of the upper left 2x2 that is nearer to the corner, on rows l to m.
    private static void Sweep(double[] d, double[] e, int l, int m)
    {
        var shift = (d[l + 1] - d[l]) / (2 * e[l]);
        var g = d[m] - d[l] + e[l] / (shift + Math.CopySign(double.Hypot(shift, 1), shift));
        var (sine, cosine, p) = (1.0, 1.0, 0.0);
        for (var i = m - 1; i >= l; i--)
        {
            var (f, b) = (sine * e[i], cosine * e[i]);
            var length = double.Hypot(f, g);
            e[i + 1] = length;
            if (length == 0)
            {
                // The matrix falls in two here.
                d[i + 1] -= p;
                e[m] = 0;
                return;
            }

            (sine, cosine) = (f / length, g / length);
            g = d[i + 1] - p;
            var r = (d[i] - g) * sine + 2 * cosine * b;
            p = sine * r;
            d[i + 1] = g + p;
            g = cosine * r - b;
        }

        d[l] -= p;
        e[l] = g;
        e[m] = 0;
    }
}
