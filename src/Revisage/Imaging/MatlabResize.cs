using System.Numerics;

namespace Revisage.Imaging;

/// <summary>
/// MATLAB's <c>imresize(A, [height width], 'bicubic')</c>: Keys' cubic (a = -0.5) widened on reduction, mirrored
/// borders, and the dimension that shrinks most first. Most tables of super-resolution are made with it.
/// </summary>
/// <remarks>
/// After the definition that MathWorks documents; no MATLAB was at hand to compare with. As there, the type is
/// kept from one dimension to the next: bytes are rounded after each, floats only at the end of all work.
/// </remarks>
public static class MatlabResize
{
    private static readonly SizeCache<(int Source, int Target), Taps> Cache = new(key => TapsFor(key.Source, key.Target));

    /// <summary>As for a double image in [0, 1], then clipped to that range.</summary>
    public static Image Resize(Image image, int width, int height)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        var values = new double[image.Pixels.Length];
        for (var i = 0; i < values.Length; i++)
            values[i] = image.Pixels[i];

        var resized = ResizeBoth(values, 3, 1, image.Width, image.Height, width, height, rounded: false);
        return new Image(width, height, Array.ConvertAll(resized, value => (float)Math.Clamp(value, 0.0, 1.0)));
    }

    /// <summary>As for a uint8 image: interleaved 8-bit RGB to another size, rounded after each dimension.</summary>
    /// <param name="rgb">[height, width, 3].</param>
    /// <param name="target">[targetHeight, targetWidth, 3].</param>
    public static void Resize(ReadOnlySpan<byte> rgb, int width, int height, Span<byte> target, int targetWidth, int targetHeight)
    {
        Rgb24.CheckSize(rgb.Length, width, height, nameof(rgb));
        Rgb24.CheckSize(target.Length, targetWidth, targetHeight, nameof(target));
        var values = new double[rgb.Length];
        for (var i = 0; i < values.Length; i++)
            values[i] = rgb[i];

        var resized = ResizeBoth(values, 1, 3, width, height, targetWidth, targetHeight, rounded: true);
        for (var i = 0; i < resized.Length; i++)
            target[i] = (byte)resized[i];
    }

    // values is [planes, height, width, channels]: planar and interleaved pictures are one to it.
    private static double[] ResizeBoth(
        double[] values, int planes, int channels, int width, int height, int targetWidth, int targetHeight, bool rounded)
    {
        double[] Rows(double[] from, int rows) => ResizeAxis(from, planes * rows, width, channels, targetWidth, rounded);
        double[] Columns(double[] from, int columns) => ResizeAxis(from, planes, height, columns * channels, targetHeight, rounded);

        var columnsFirst = (double)targetHeight / height <= (double)targetWidth / width;
        return columnsFirst ? Rows(Columns(values, width), targetHeight) : Columns(Rows(values, height), targetWidth);
    }

    // [outer, source, inner] to [outer, target, inner].
    private static double[] ResizeAxis(double[] values, int outer, int source, int inner, int target, bool rounded)
    {
        if (source == target)
            return values;

        var taps = Cache[(source, target)];
        var resized = new double[outer * target * inner];
        for (var o = 0; o < outer; o++)
        {
            for (var t = 0; t < target; t++)
            {
                var output = resized.AsSpan((o * target + t) * inner, inner);
                for (var k = 0; k < taps.Count; k++)
                {
                    var from = (o * source + taps.Indices[t * taps.Count + k]) * inner;
                    AddScaled(values.AsSpan(from, inner), taps.Weights[t * taps.Count + k], output);
                }
            }
        }

        if (rounded)
        {
            for (var i = 0; i < resized.Length; i++)
                resized[i] = Math.Floor(Math.Clamp(resized[i], 0, 255) + 0.5);
        }

        return resized;
    }

    private static void AddScaled(ReadOnlySpan<double> from, double weight, Span<double> into)
    {
        var i = 0;
        for (; i <= from.Length - Vector<double>.Count; i += Vector<double>.Count)
            (new Vector<double>(into[i..]) + new Vector<double>(from[i..]) * weight).CopyTo(into[i..]);
        for (; i < from.Length; i++)
            into[i] += from[i] * weight;
    }

    private static Taps TapsFor(int source, int target)
    {
        var scale = (double)target / source;
        var narrowing = Math.Min(scale, 1.0);
        var kernelWidth = 4.0 / narrowing;
        var count = (int)Math.Ceiling(kernelWidth) + 2;
        var indices = new int[target * count];
        var weights = new double[target * count];
        for (var t = 0; t < target; t++)
        {
            // Both ends of the axis coincide: pixel centres lie at whole numbers, counted from 1.
            var centre = (t + 1) / scale + 0.5 * (1.0 - 1.0 / scale);
            var left = Math.Floor(centre - kernelWidth / 2.0);
            var total = 0.0;
            for (var k = 0; k < count; k++)
            {
                var weight = Cubic(narrowing * (centre - (left + k)));
                weights[t * count + k] = weight;
                indices[t * count + k] = Mirrored((int)left + k - 1, source);
                total += weight;
            }

            for (var k = 0; k < count; k++)
                weights[t * count + k] /= total;
        }

        return new Taps(count, indices, weights);
    }

    // The border pixel appears twice: ... 1 0 0 1 2 ... n-1 n-1 n-2 ...
    private static int Mirrored(int index, int length)
    {
        var within = ((index % (2 * length)) + 2 * length) % (2 * length);
        return within < length ? within : 2 * length - 1 - within;
    }

    private static double Cubic(double x)
    {
        x = Math.Abs(x);
        return x <= 1 ? (1.5 * x - 2.5) * x * x + 1
            : x <= 2 ? ((-0.5 * x + 2.5) * x - 4) * x + 2
            : 0;
    }

    /// <summary>For each target pixel <paramref name="Count"/> source indices and weights, one after another.</summary>
    private sealed record Taps(int Count, int[] Indices, double[] Weights);
}
