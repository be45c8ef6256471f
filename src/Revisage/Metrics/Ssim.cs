using System.Buffers;
using System.Numerics;

namespace Revisage.Metrics;

/// <summary>
/// Structural similarity (Wang et al., IEEE TIP 2004): the mean over all windows of
/// (2 ab + C1)(2 cov + C2) / ((a² + b² + C1)(var a + var b + C2)), where a window is an 11x11 Gaussian of sigma 1.5
/// that lies wholly inside the image, C1 = (0.01 * 255)² and C2 = (0.03 * 255)². 1 for equal images.
/// </summary>
/// <exception cref="ArgumentException">The images differ in size, or are smaller than a window.</exception>
public static class Ssim
{
    private const int Window = 11;

    private const double C1 = 0.01 * 255 * (0.01 * 255);

    private const double C2 = 0.03 * 255 * (0.03 * 255);

    private static readonly double[] Gaussian = GaussianOf(sigma: 1.5);

    /// <summary>The mean of red's, green's and blue's.</summary>
    public static double OfRgb(Planes a, Planes b)
    {
        Planes.MustMatch(a, b);
        return a.Rgb.Zip(b.Rgb, (x, y) => OfPlane(x, y, a.Width, a.Height)).Average();
    }

    /// <summary>On BT.601 luma.</summary>
    public static double OfLuma(Planes a, Planes b)
    {
        Planes.MustMatch(a, b);
        return OfPlane(a.Luma, b.Luma, a.Width, a.Height);
    }

    private static double OfPlane(double[] a, double[] b, int width, int height)
    {
        if (width < Window || height < Window)
            throw new ArgumentException($"SSIM looks through windows of {Window}x{Window}, which do not fit an image of {width}x{height}.");

        // The variances are only ever added, so four maps do: a, b, a² + b², ab. Each map is filtered along rows
        // into [height, across] and then, a row at a time, along columns.
        var across = width - Window + 1;
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
                Filter(row.Slice(map * width, width), 1, filtered.Slice((map * height + y) * across, across));
        }

        var sum = 0.0;
        for (var y = 0; y <= height - Window; y++)
        {
            for (var map = 0; map < 4; map++)
                Filter(filtered.Slice((map * height + y) * across, Window * across), across, windows.Slice(map * across, across));

            for (var x = 0; x < across; x++)
            {
                var (meanA, meanB) = (windows[x], windows[across + x]);
                var product = meanA * meanB;
                var squares = meanA * meanA + meanB * meanB;
                var variances = windows[2 * across + x] - squares;
                var covariance = windows[3 * across + x] - product;
                sum += (2 * product + C1) * (2 * covariance + C2) / ((squares + C1) * (variances + C2));
            }
        }

        ArrayPool<double>.Shared.Return(rented);
        return sum / (across * (height - Window + 1));
    }

    // output[x] = sum over k of gaussian[k] * from[x + k * stride]
    private static void Filter(ReadOnlySpan<double> from, int stride, Span<double> output)
    {
        var x = 0;
        for (; x <= output.Length - Vector<double>.Count; x += Vector<double>.Count)
        {
            var sum = Vector<double>.Zero;
            for (var k = 0; k < Window; k++)
                sum += new Vector<double>(from[(x + k * stride)..]) * Gaussian[k];
            sum.CopyTo(output[x..]);
        }

        for (; x < output.Length; x++)
        {
            var sum = 0.0;
            for (var k = 0; k < Window; k++)
                sum += from[x + k * stride] * Gaussian[k];
            output[x] = sum;
        }
    }

    private static double[] GaussianOf(double sigma)
    {
        var weights = Enumerable.Range(0, Window).Select(i => Math.Exp(-Math.Pow(i - Window / 2, 2) / (2 * sigma * sigma))).ToArray();
        var total = weights.Sum();
        return Array.ConvertAll(weights, weight => weight / total);
    }
}
