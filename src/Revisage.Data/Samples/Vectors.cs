using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Revisage.Data.Samples;

/// <summary>
/// Sums over rows of numbers, in eight lanes and without fused multiplication whatever the processor has: a seed
/// gives the same faces everywhere.
/// </summary>
internal static class Vectors
{
    public static double Dot(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        var wideA = Wide(a);
        var wideB = Wide(b);
        var sum = Vector512<double>.Zero;
        for (var i = 0; i < wideA.Length; i++)
        {
            sum += wideA[i] * wideB[i];
        }

        var total = Vector512.Sum(sum);
        for (var i = 8 * wideA.Length; i < a.Length; i++)
        {
            total += a[i] * b[i];
        }

        return total;
    }

    public static double SquaredDistance(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        var wideA = Wide(a);
        var wideB = Wide(b);
        var sum = Vector512<double>.Zero;
        for (var i = 0; i < wideA.Length; i++)
        {
            var difference = wideA[i] - wideB[i];
            sum += difference * difference;
        }

        var total = Vector512.Sum(sum);
        for (var i = 8 * wideA.Length; i < a.Length; i++)
        {
            total += (a[i] - b[i]) * (a[i] - b[i]);
        }

        return total;
    }

    /// <summary><paramref name="to"/> += <paramref name="factor"/> * <paramref name="a"/>.</summary>
    public static void AddScaled(Span<double> to, double factor, ReadOnlySpan<double> a)
    {
        var wideTo = Wide(to);
        var wideA = Wide(a);
        for (var i = 0; i < wideTo.Length; i++)
        {
            wideTo[i] += wideA[i] * factor;
        }

        for (var i = 8 * wideTo.Length; i < to.Length; i++)
        {
            to[i] += a[i] * factor;
        }
    }

    /// <summary>(a, b) becomes (c a - s b, s a + c b).</summary>
    public static void Rotate(Span<double> a, Span<double> b, double c, double s)
    {
        var wideA = Wide(a);
        var wideB = Wide(b);
        for (var i = 0; i < wideA.Length; i++)
        {
            (wideA[i], wideB[i]) = (wideA[i] * c - wideB[i] * s, wideA[i] * s + wideB[i] * c);
        }

        for (var i = 8 * wideA.Length; i < a.Length; i++)
        {
            (a[i], b[i]) = (a[i] * c - b[i] * s, a[i] * s + b[i] * c);
        }
    }

    private static ReadOnlySpan<Vector512<double>> Wide(ReadOnlySpan<double> a) => MemoryMarshal.Cast<double, Vector512<double>>(a);

    private static Span<Vector512<double>> Wide(Span<double> a) => MemoryMarshal.Cast<double, Vector512<double>>(a);
}
