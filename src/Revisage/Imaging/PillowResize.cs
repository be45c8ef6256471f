using System.Buffers;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Revisage.Imaging;

/// <summary>
/// Resizes 8-bit RGB exactly as Pillow's <c>Image.resize</c> does: rows first, then columns, coefficients of 22
/// fractional bits, and rounding to 8 bits after each pass. Published tables that name Pillow, or a framework whose
/// pictures pass through it, depend on these bits.
/// </summary>
/// <remarks>After Pillow's Resample.c and Geometry.c as documented; equal to Pillow 9.4 on every pixel.</remarks>
public static class PillowResize
{
    // 32 bits, less 8 for the pixel and 2 so that overshooting sums fit.
    private const int FractionBits = 22;

    private static readonly SizeCache<(int Source, int Target, ResampleFilter Filter), Taps> Cache = new(key =>
        key.Filter == ResampleFilter.Nearest ? NearestTaps(key.Source, key.Target) : FilterTaps(key.Source, key.Target, key.Filter, 0, key.Source));

    /// <summary>The image, rounded to 8 bits, at <paramref name="width"/> x <paramref name="height"/>.</summary>
    public static Image Resize(Image image, int width, int height, ResampleFilter filter)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        var resized = new byte[checked(3 * width * height)];
        Resize(image.ToRgb24(), image.Width, image.Height, resized, width, height, filter);
        return Image.FromRgb24(width, height, resized);
    }

    /// <summary>Resizing along one axis as a matrix, [target, source], whose rows sum to 1: what is done before anything is rounded to 8 bits.</summary>
    internal static double[,] Matrix(int source, int target, ResampleFilter filter)
    {
        var taps = Cache[(source, target, filter)];
        var matrix = new double[target, source];
        for (var to = 0; to < target; to++)
        {
            foreach (var (place, weight) in taps.Of(to).ToArray().Index())
            {
                matrix[to, taps.Starts[to] + place] = (double)weight / (1 << FractionBits);
            }
        }

        return matrix;
    }

    /// <summary>Interleaved 8-bit RGB to another size. Nothing is allocated once the sizes have been seen.</summary>
    /// <param name="rgb">[height, width, 3].</param>
    /// <param name="target">[targetHeight, targetWidth, 3]; must not overlap <paramref name="rgb"/>.</param>
    public static void Resize(
        ReadOnlySpan<byte> rgb, int width, int height, Span<byte> target, int targetWidth, int targetHeight, ResampleFilter filter)
    {
        Rgb24.CheckSize(rgb.Length, width, height, nameof(rgb));
        Rgb24.CheckSize(target.Length, targetWidth, targetHeight, nameof(target));
        if (filter == ResampleFilter.Nearest)
        {
            PickNearest(rgb, width, height, target, targetWidth, targetHeight);
        }
        else if (targetWidth == width && targetHeight == height)
        {
            rgb.CopyTo(target);
        }
        else if (targetHeight == height)
        {
            ResizeRows(rgb, width, height, target, Cache[(width, targetWidth, filter)]);
        }
        else if (targetWidth == width)
        {
            ResizeColumns(rgb, 3 * width, target, Cache[(height, targetHeight, filter)]);
        }
        else
        {
            var rented = ArrayPool<byte>.Shared.Rent(3 * targetWidth * height);
            var narrowed = rented.AsSpan(0, 3 * targetWidth * height);
            ResizeRows(rgb, width, height, narrowed, Cache[(width, targetWidth, filter)]);
            ResizeColumns(narrowed, 3 * targetWidth, target, Cache[(height, targetHeight, filter)]);
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    /// <summary>
    /// A region of interleaved 8-bit RGB to another size, as Pillow's <c>resize(box=...)</c> has it: bounds may be
    /// fractions of a pixel, and the filter reads what the picture has around the region.
    /// </summary>
    /// <param name="rgb">[height, width, 3].</param>
    /// <param name="box">In pixels, the first of which reaches from 0 to 1; inside the picture.</param>
    /// <param name="target">[targetHeight, targetWidth, 3]; must not overlap <paramref name="rgb"/>.</param>
    /// <param name="filter">Bilinear or bicubic.</param>
    public static void Resize(
        ReadOnlySpan<byte> rgb,
        int width,
        int height,
        (double Left, double Top, double Width, double Height) box,
        Span<byte> target,
        int targetWidth,
        int targetHeight,
        ResampleFilter filter)
    {
        Rgb24.CheckSize(rgb.Length, width, height, nameof(rgb));
        Rgb24.CheckSize(target.Length, targetWidth, targetHeight, nameof(target));
        if (!(box.Left >= 0 && box.Top >= 0 && box.Width > 0 && box.Height > 0 && box.Left + box.Width <= width && box.Top + box.Height <= height))
        {
            throw new ArgumentException(
                $"A region of {box.Width:G6}x{box.Height:G6} at ({box.Left:G6}, {box.Top:G6}) does not fit a picture of {width}x{height}.", nameof(box));
        }

        if (filter == ResampleFilter.Nearest)
        {
            throw new ArgumentException("Regions are resized by bilinear or bicubic alone.", nameof(filter));
        }

        var narrowed = new byte[checked(3 * targetWidth * height)];
        ResizeRows(rgb, width, height, narrowed, FilterTaps(width, targetWidth, filter, box.Left, box.Width));
        ResizeColumns(narrowed, 3 * targetWidth, target, FilterTaps(height, targetHeight, filter, box.Top, box.Height));
    }

    private static void ResizeRows(ReadOnlySpan<byte> rgb, int width, int height, Span<byte> target, Taps taps)
    {
        // Pixels are read four bytes at a time; the copy of a row gives the last one a byte to spare.
        var rented = ArrayPool<byte>.Shared.Rent(3 * width + 1);
        var row = rented.AsSpan(0, 3 * width + 1);
        ref var first = ref MemoryMarshal.GetReference(row);
        var targetRow = 3 * taps.Starts.Length;
        for (var y = 0; y < height; y++)
        {
            rgb.Slice(3 * width * y, 3 * width).CopyTo(row);
            var output = target.Slice(targetRow * y, targetRow);
            for (var x = 0; x < taps.Starts.Length; x++)
            {
                var weights = taps.Of(x);
                var sum = Vector128.Create(1 << (FractionBits - 1));
                ref var pixel = ref Unsafe.Add(ref first, 3 * taps.Starts[x]);
                for (var k = 0; k < weights.Length; k++)
                {
                    var four = Unsafe.ReadUnaligned<uint>(
                        ref Unsafe.Add(ref pixel, 3 * k));
                    var widened = Vector128.WidenLower(Vector128.WidenLower(Vector128.CreateScalar(four).AsByte())).AsInt32();
                    sum += widened * weights[k];
                }

                var clipped = Vector128.Min(Vector128.Max(sum >> FractionBits, Vector128<int>.Zero), Vector128.Create(255));
                output[3 * x] = (byte)clipped.GetElement(0);
                output[3 * x + 1] = (byte)clipped.GetElement(1);
                output[3 * x + 2] = (byte)clipped.GetElement(2);
            }
        }

        ArrayPool<byte>.Shared.Return(rented);
    }

    private static void ResizeColumns(ReadOnlySpan<byte> rows, int stride, Span<byte> target, Taps taps)
    {
        var rented = ArrayPool<int>.Shared.Rent(stride);
        var sums = rented.AsSpan(0, stride);
        for (var y = 0; y < taps.Starts.Length; y++)
        {
            sums.Fill(1 << (FractionBits - 1));
            var weights = taps.Of(y);
            for (var k = 0; k < weights.Length; k++)
                AddScaled(rows.Slice(stride * (taps.Starts[y] + k), stride), weights[k], sums);

            Round(sums, target.Slice(stride * y, stride));
        }

        ArrayPool<int>.Shared.Return(rented);
    }

    private static void Round(ReadOnlySpan<int> sums, Span<byte> output)
    {
        var i = 0;
        for (; i <= sums.Length - Vector<byte>.Count; i += Vector<byte>.Count)
        {
            var step = Vector<int>.Count;
            var low = Vector.Narrow(Rounded(sums[i..]), Rounded(sums[(i + step)..]));
            var high = Vector.Narrow(Rounded(sums[(i + 2 * step)..]), Rounded(sums[(i + 3 * step)..]));
            Vector.Narrow(low, high).CopyTo(output[i..]);
        }

        for (; i < sums.Length; i++)
            output[i] = (byte)Math.Clamp(sums[i] >> FractionBits, 0, 255);

        static Vector<uint> Rounded(ReadOnlySpan<int> from) =>
            Vector.AsVectorUInt32(Vector.Min(Vector.Max(new Vector<int>(from) >> FractionBits, Vector<int>.Zero), new Vector<int>(255)));
    }

    private static void AddScaled(ReadOnlySpan<byte> row, int weight, Span<int> sums)
    {
        var i = 0;
        for (; i <= row.Length - Vector<byte>.Count; i += Vector<byte>.Count)
        {
            Vector.Widen(new Vector<byte>(row[i..]), out var low, out var high);
            Vector.Widen(low, out var a, out var b);
            Vector.Widen(high, out var c, out var d);
            var step = Vector<int>.Count;
            Accumulate(a, sums[i..]);
            Accumulate(b, sums[(i + step)..]);
            Accumulate(c, sums[(i + 2 * step)..]);
            Accumulate(d, sums[(i + 3 * step)..]);
        }

        for (; i < row.Length; i++)
            sums[i] += row[i] * weight;

        void Accumulate(Vector<uint> pixels, Span<int> into) =>
            (new Vector<int>(into) + Vector.AsVectorInt32(pixels) * weight).CopyTo(into);
    }

    private static void PickNearest(ReadOnlySpan<byte> rgb, int width, int height, Span<byte> target, int targetWidth, int targetHeight)
    {
        var columns = Cache[(width, targetWidth, ResampleFilter.Nearest)].Starts;
        var rows = Cache[(height, targetHeight, ResampleFilter.Nearest)].Starts;
        for (var y = 0; y < targetHeight; y++)
        {
            var source = rgb.Slice(3 * width * rows[y], 3 * width);
            var output = target.Slice(3 * targetWidth * y, 3 * targetWidth);
            for (var x = 0; x < targetWidth; x++)
                source.Slice(3 * columns[x], 3).CopyTo(output[(3 * x)..]);
        }
    }

    private static Taps NearestTaps(int source, int target)
    {
        var starts = new int[target];
        var scale = (double)source / target;
        var position = scale * 0.5;
        for (var x = 0; x < target; x++)
        {
            starts[x] = (int)position;
            // Added up and not multiplied, as Pillow does: the rounding decides which pixel a tie takes.
            position += scale;
        }

        return new Taps(starts, new int[target], []);
    }

    private static Taps FilterTaps(int source, int target, ResampleFilter filter, double first, double length)
    {
        var scale = length / target;
        var widening = Math.Max(scale, 1.0);
        var support = (filter == ResampleFilter.Bilinear ? 1.0 : 2.0) * widening;
        var starts = new int[target];
        var offsets = new int[target + 1];
        var weights = new List<int>();
        for (var x = 0; x < target; x++)
        {
            var centre = first + (x + 0.5) * scale;
            var start = Math.Max((int)(centre - support + 0.5), 0);
            var end = Math.Min((int)(centre + support + 0.5), source);
            var exact = new double[end - start];
            var total = 0.0;
            for (var k = 0; k < exact.Length; k++)
            {
                exact[k] = Weight(filter, (k + start - centre + 0.5) * (1.0 / widening));
                total += exact[k];
            }

            foreach (var weight in exact)
            {
                var fixedPoint = (total == 0 ? weight : weight / total) * (1 << FractionBits);
                weights.Add((int)(fixedPoint < 0 ? fixedPoint - 0.5 : fixedPoint + 0.5));
            }

            starts[x] = start;
            offsets[x + 1] = weights.Count;
        }

        return new Taps(starts, offsets, [.. weights]);
    }

    private static double Weight(ResampleFilter filter, double x)
    {
        const double a = -0.5;
        x = Math.Abs(x);
        return filter == ResampleFilter.Bilinear ? Math.Max(1.0 - x, 0.0)
            : x < 1.0 ? ((a + 2.0) * x - (a + 3.0)) * x * x + 1
            : x < 2.0 ? (((x - 5) * x + 8) * x - 4) * a
            : 0.0;
    }

    /// <summary>For each target pixel: its first source pixel, and its weights as a slice of all.</summary>
    private sealed record Taps(int[] Starts, int[] Offsets, int[] Weights)
    {
        public ReadOnlySpan<int> Of(int target) => Weights.AsSpan(Offsets[target]..Offsets[target + 1]);
    }
}
