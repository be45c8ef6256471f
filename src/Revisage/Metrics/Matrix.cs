using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Revisage.Metrics;

/// <summary>A dense matrix by rows, each of them filled up with zeros to a multiple of 16 columns.</summary>
internal sealed class Matrix
{
    // Products grow by Down x Across values, which stay in registers, over Depth rows, whose strips stay in the cache.
    private const int Down = 4;

    private const int Depth = 64;

    private static readonly int Across = 2 * Vector<double>.Count;

    /// <summary>Of a value near 1.</summary>
    public const double Rounding = 1.0 / (1L << 52);

    public Matrix(int rows, int columns)
    {
        (Rows, Columns, Stride) = (rows, columns, (columns + 15) / 16 * 16);
        Values = new double[(long)rows * Stride];
    }

    public int Rows { get; }

    public int Columns { get; }

    /// <summary>From one row to the next.</summary>
    public int Stride { get; }

    public double[] Values { get; }

    public ref double this[int row, int column] => ref Values[row * Stride + column];

    public Span<double> Row(int row) => Values.AsSpan(row * Stride, Columns);

    /// <summary>
    /// Adds first^T second. With <paramref name="lowerOnly"/>, for products that are symmetric, what lies above the
    /// diagonal is left undefined.
    /// </summary>
    /// <param name="rows">Only so many rows of both, from the first.</param>
    public void AddProduct(Matrix first, Matrix second, int rows, bool lowerOnly = false)
    {
        var left = new double[first.Stride * Depth];
        var right = new double[Across * Depth];
        for (var start = 0; start < rows; start += Depth)
        {
            var depth = Math.Min(Depth, rows - start);
            for (var i = 0; i < first.Stride; i += Down)
                Pack(first, start, depth, i, Down, left.AsSpan(i * Depth));

            for (var j = 0; j < Stride; j += Across)
            {
                Pack(second, start, depth, j, Across, right);
                for (var i = lowerOnly ? j / Down * Down : 0; i < Rows; i += Down)
                    AddTile(left.AsSpan(i * Depth, depth * Down), right, i, j);
            }
        }
    }

    public static double Dot(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        var (even, odd) = (Vector<double>.Zero, Vector<double>.Zero);
        var (i, lanes) = (0, Vector<double>.Count);
        for (; i <= a.Length - 2 * lanes; i += 2 * lanes)
        {
            even = Vector.MultiplyAddEstimate(new Vector<double>(a[i..]), new Vector<double>(b[i..]), even);
            odd = Vector.MultiplyAddEstimate(new Vector<double>(a[(i + lanes)..]), new Vector<double>(b[(i + lanes)..]), odd);
        }

        var sum = Vector.Sum(even + odd);
        for (; i < a.Length; i++)
            sum += a[i] * b[i];
        return sum;
    }

    // A strip of columns, [depth][width].
    private static void Pack(Matrix from, int start, int depth, int column, int width, Span<double> strip)
    {
        for (var k = 0; k < depth; k++)
            from.Values.AsSpan((start + k) * from.Stride + column, width).CopyTo(strip[(k * width)..]);
    }

    // The product's Down x Across values at [i, j].
    private void AddTile(ReadOnlySpan<double> left, ReadOnlySpan<double> right, int i, int j)
    {
        Vector<double> a0 = default, a1 = default, b0 = default, b1 = default, c0 = default, c1 = default, d0 = default, d1 = default;
        ref var l = ref MemoryMarshal.GetReference(left);
        ref var r = ref MemoryMarshal.GetReference(right);
        for (var k = 0; k < left.Length; k += Down)
        {
            var (r0, r1) = (Vector.LoadUnsafe(ref r), Vector.LoadUnsafe(ref r, (nuint)Vector<double>.Count));
            var (a, b) = (new Vector<double>(l), new Vector<double>(Unsafe.Add(ref l, 1)));
            (a0, a1, b0, b1) = (Vector.MultiplyAddEstimate(a, r0, a0), Vector.MultiplyAddEstimate(a, r1, a1), Vector.MultiplyAddEstimate(b, r0, b0), Vector.MultiplyAddEstimate(b, r1, b1));
            var (c, d) = (new Vector<double>(Unsafe.Add(ref l, 2)), new Vector<double>(Unsafe.Add(ref l, 3)));
            (c0, c1, d0, d1) = (Vector.MultiplyAddEstimate(c, r0, c0), Vector.MultiplyAddEstimate(c, r1, c1), Vector.MultiplyAddEstimate(d, r0, d0), Vector.MultiplyAddEstimate(d, r1, d1));
            l = ref Unsafe.Add(ref l, Down);
            r = ref Unsafe.Add(ref r, Across);
        }

        ReadOnlySpan<Vector<double>> sums = [a0, a1, b0, b1, c0, c1, d0, d1];
        for (var row = 0; row < Math.Min(Down, Rows - i); row++)
        {
            var target = Values.AsSpan((i + row) * Stride + j, Across);
            (new Vector<double>(target) + sums[2 * row]).CopyTo(target);
            (new Vector<double>(target[Vector<double>.Count..]) + sums[2 * row + 1]).CopyTo(target[Vector<double>.Count..]);
        }
    }
}
