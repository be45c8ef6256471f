using System.Numerics;
using Revisage.Imaging;

namespace Revisage.Degradations;

/// <summary>
/// Blurs with kernels that sum to 1, rounded to 8 bits once, at the end. Beyond the border pixels come as in a mirror
/// that stands on the last one, as by default in OpenCV.
/// </summary>
internal static class Convolution
{
    /// <summary>The same kernel along rows and columns.</summary>
    /// <param name="kernel">Its middle is element length / 2, which is right of the middle where the length is even.</param>
    public static RgbPicture Separable(RgbPicture picture, ReadOnlySpan<float> kernel)
    {
        var reach = kernel.Length / 2;
        var (stride, padded) = (3 * picture.Width, Padded(picture, reach));
        var paddedStride = stride + 6 * reach;
        var rows = new float[stride * (picture.Height + 2 * reach)];
        for (var y = 0; y < picture.Height + 2 * reach; y++)
        {
            for (var k = 0; k < kernel.Length; k++)
            {
                AddScaled(padded.AsSpan(y * paddedStride + 3 * k, stride), kernel[k], rows.AsSpan(y * stride, stride));
            }
        }

        var target = new byte[picture.Rgb.Length];
        var sums = new float[stride];
        for (var y = 0; y < picture.Height; y++)
        {
            Array.Clear(sums);
            for (var k = 0; k < kernel.Length; k++)
            {
                AddScaled(rows.AsSpan((y + k) * stride, stride), kernel[k], sums);
            }

            Round(sums, target.AsSpan(y * stride, stride));
        }

        return new RgbPicture(target, picture.Width, picture.Height);
    }

    /// <summary>A kernel of few points, each given by its place relative to the pixel, at most <paramref name="reach"/> away.</summary>
    public static RgbPicture Sparse(RgbPicture picture, IEnumerable<KeyValuePair<(int X, int Y), float>> kernel, int reach)
    {
        var (stride, padded) = (3 * picture.Width, Padded(picture, reach));
        var paddedStride = stride + 6 * reach;
        var sums = new float[picture.Rgb.Length];
        foreach (var ((x, y), weight) in kernel)
        {
            for (var row = 0; row < picture.Height; row++)
            {
                AddScaled(padded.AsSpan((row + y + reach) * paddedStride + 3 * (x + reach), stride), weight, sums.AsSpan(row * stride, stride));
            }
        }

        var target = new byte[sums.Length];
        Round(sums, target);
        return new RgbPicture(target, picture.Width, picture.Height);
    }

    // [height + 2 reach, width + 2 reach, 3].
    private static float[] Padded(RgbPicture picture, int reach)
    {
        var (width, height) = (picture.Width + 2 * reach, picture.Height + 2 * reach);
        var padded = new float[3 * width * height];
        for (var y = 0; y < height; y++)
        {
            var from = picture.Rgb.AsSpan(3 * Mirrored(y - reach, picture.Height) * picture.Width, 3 * picture.Width);
            var row = padded.AsSpan(3 * y * width, 3 * width);
            for (var x = 0; x < width; x++)
            {
                var pixel = from.Slice(3 * Mirrored(x - reach, picture.Width), 3);
                (row[3 * x], row[3 * x + 1], row[3 * x + 2]) = (pixel[0], pixel[1], pixel[2]);
            }
        }

        return padded;
    }

    // ... 2 1 0 1 2 ... n-2 n-1 n-2 ...
    private static int Mirrored(int index, int length)
    {
        if (length == 1)
        {
            return 0;
        }

        var period = 2 * (length - 1);
        var within = (index % period + period) % period;
        return within < length ? within : period - within;
    }

    private static void AddScaled(ReadOnlySpan<float> from, float weight, Span<float> into)
    {
        var i = 0;
        for (; i <= from.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            (new Vector<float>(into[i..]) + new Vector<float>(from[i..]) * weight).CopyTo(into[i..]);
        }

        for (; i < from.Length; i++)
        {
            into[i] += from[i] * weight;
        }
    }

    private static void Round(ReadOnlySpan<float> sums, Span<byte> target)
    {
        for (var i = 0; i < sums.Length; i++)
        {
            target[i] = (byte)Math.Clamp(sums[i] + 0.5f, 0, 255);
        }
    }
}
