using System.Buffers;
using System.Numerics;

namespace Revisage.Metrics;

/// <summary>
/// What SSIM and MS-SSIM see through square Gaussian windows of sigma 1.5 that lie wholly inside two planes of 0..255:
/// contrast and structure (2 cov + C2) / (var a + var b + C2), and similarity, which is that times the luminance term
/// (2 ab + C1) / (a² + b² + C1).
/// </summary>
internal static class SsimWindows
{
    /// <summary>The side of a window; smaller ones are for images that it does not fit.</summary>
    public const int Largest = 11;

    private const double C1 = 0.01 * 255 * (0.01 * 255);

    private const double C2 = 0.03 * 255 * (0.03 * 255);

    private static readonly double[][] Gaussians = [.. Enumerable.Range(0, Largest + 1).Select(side => GaussianOf(side, sigma: 1.5))];

    /// <summary>The means of both over all windows.</summary>
    /// <param name="side">Of a window: from 1 to <see cref="Largest"/>, and no more than the width and the height.</param>
    public static (double Similarity, double Contrast) Means(double[] a, double[] b, int width, int height, int side)
    {
        // The variances are only ever added, so four maps do: a, b, a² + b², ab. Each map is filtered along rows
        // into [height, across] and then, a row at a time, along columns.
        var gaussian = Gaussians[side];
        var across = width - side + 1;
        var rented = ArrayPool<double>.Shared.Rent(4 * height * across + 4 * across + 4 * width);
        var filtered = rented.AsSpan(0, 4 * height * across);
        var windows = rented.AsSpan(filtered.Length, 4 * across);
        var row = rented.AsSpan(filtered.Length + windows.Length, 4 * width);
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                var (p, q) = (a[y * width + x], b[y * width + x]);
                (row[x], row[width + x], row[2 * width + x], row[3 * width + x]) = (p, q, p * p + q * q, p * q);
            }

            for (var map = 0; map < 4; map++)
                Filter(row.Slice(map * width, width), 1, gaussian, filtered.Slice((map * height + y) * across, across));
        }

        var (similarity, contrast) = (0.0, 0.0);
        for (var y = 0; y <= height - side; y++)
        {
            for (var map = 0; map < 4; map++)
                Filter(filtered.Slice((map * height + y) * across, side * across), across, gaussian, windows.Slice(map * across, across));

            for (var x = 0; x < across; x++)
            {
                var (meanA, meanB) = (windows[x], windows[across + x]);
                var product = meanA * meanB;
                var squares = meanA * meanA + meanB * meanB;
                var variances = windows[2 * across + x] - squares;
                var covariance = windows[3 * across + x] - product;
                similarity += (2 * product + C1) * (2 * covariance + C2) / ((squares + C1) * (variances + C2));
                contrast += (2 * covariance + C2) / (variances + C2);
            }
        }

        ArrayPool<double>.Shared.Return(rented);
        var count = across * (height - side + 1);
        return (similarity / count, contrast / count);
    }

    // output[x] = sum over k of gaussian[k] * from[x + k * stride]
    private static void Filter(ReadOnlySpan<double> from, int stride, double[] gaussian, Span<double> output)
    {
        var x = 0;
        for (; x <= output.Length - Vector<double>.Count; x += Vector<double>.Count)
        {
            var sum = Vector<double>.Zero;
            for (var k = 0; k < gaussian.Length; k++)
                sum += new Vector<double>(from[(x + k * stride)..]) * gaussian[k];
            sum.CopyTo(output[x..]);
        }

        for (; x < output.Length; x++)
        {
            var sum = 0.0;
            for (var k = 0; k < gaussian.Length; k++)
                sum += from[x + k * stride] * gaussian[k];
            output[x] = sum;
        }
    }

    // Of an even side the peak is on the first pixel after the middle.
    private static double[] GaussianOf(int side, double sigma)
    {
        var weights = Enumerable.Range(0, side).Select(i => Math.Exp(-Math.Pow(i - side / 2, 2) / (2 * sigma * sigma))).ToArray();
        var total = weights.Sum();
        return Array.ConvertAll(weights, weight => weight / total);
    }
}
