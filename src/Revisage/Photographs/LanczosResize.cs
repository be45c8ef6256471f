using System.Numerics;
using System.Runtime.InteropServices;

namespace Revisage.Photographs;

/// <summary>
/// A photograph's own samples to another size by Lanczos (three lobes, stretched where it becomes smaller, the edge's samples going on beyond it), pixels' centres on
/// pixels' centres. What is transparent spreads no colour.
/// </summary>
/// <remarks>libvips' enlargement lies aside by half a pixel of the result at twice the size, and a face put into it would not fit.</remarks>
internal static class LanczosResize
{
    private const int Lobes = 3;

    // Rows that a thread makes at a time; each begins by converting the rows that its first one reads.
    private const int Rows = 64;

    public static byte[] To(Photo photo, int width, int height)
    {
        var layout = photo.Layout;
        var resized = new byte[checked((long)width * height * layout.Bands * layout.BytesPerSample)];
        var (across, down) = (Taps.Of(photo.Width, width), Taps.Of(photo.Height, height));
        Parallel.For(0, (height + Rows - 1) / Rows, chunk => new Strip(photo, across, down, width).Make(resized, chunk * Rows, Math.Min(height, (chunk + 1) * Rows)));
        return resized;
    }

    /// <summary>Which samples of a line make each of the other, and by which weights, which sum to 1.</summary>
    private sealed record Taps(int Count, int[] First, float[] Weights)
    {
        public static Taps Of(int from, int to)
        {
            var (step, stretch) = ((double)from / to, Math.Max(1, (double)from / to));
            var count = 2 * (int)Math.Ceiling(Lobes * stretch);
            var (first, weights) = (new int[to], new float[to * count]);
            for (var i = 0; i < to; i++)
            {
                var centre = (i + 0.5) * step - 0.5;
                first[i] = (int)Math.Floor(centre) - count / 2 + 1;
                var sum = 0.0;
                for (var k = 0; k < count; k++)
                {
                    sum += Lanczos((first[i] + k - centre) / stretch);
                }

                for (var k = 0; k < count; k++)
                {
                    weights[i * count + k] = (float)(Lanczos((first[i] + k - centre) / stretch) / sum);
                }
            }

            return new Taps(count, first, weights);
        }

        private static double Lanczos(double x) => x == 0 ? 1 : Math.Abs(x) >= Lobes ? 0 : Lobes * Math.Sin(Math.PI * x) * Math.Sin(Math.PI * x / Lobes) / (Math.PI * Math.PI * x * x);
    }

    /// <summary>Some rows of the result, made by one thread.</summary>
    private sealed class Strip(Photo photo, Taps across, Taps down, int width)
    {
        private readonly int bands = photo.Layout.Bands;
        private readonly float full = photo.Layout.Full;
        private readonly Dictionary<int, float[]> converted = [];

        // One sum of a column's rows, with the edge's samples before and behind it, so that no tap reaches beyond.
        private readonly float[] line = new float[(photo.Width + 2 * across.Count) * photo.Layout.Bands];

        public void Make(byte[] resized, int from, int to)
        {
            for (var y = from; y < to; y++)
            {
                Column(y);
                var row = width * bands * photo.Layout.BytesPerSample;
                Line(resized.AsSpan(checked((int)((long)y * row)), row));
            }
        }

        private void Column(int y)
        {
            var inner = line.AsSpan(across.Count * bands, photo.Width * bands);
            inner.Clear();
            for (var k = 0; k < down.Count; k++)
            {
                Add(inner, Row(Math.Clamp(down.First[y] + k, 0, photo.Height - 1)), down.Weights[y * down.Count + k]);
            }

            foreach (var gone in converted.Keys.Where(row => row < down.First[y]).ToArray())
            {
                converted.Remove(gone);
            }

            for (var k = 0; k < across.Count; k++)
            {
                inner[..bands].CopyTo(line.AsSpan(k * bands));
                inner[^bands..].CopyTo(line.AsSpan((across.Count + photo.Width + k) * bands));
            }
        }

        private static void Add(Span<float> sums, float[] row, float weight)
        {
            var to = MemoryMarshal.Cast<float, Vector<float>>(sums);
            var from = MemoryMarshal.Cast<float, Vector<float>>(row.AsSpan());
            for (var i = 0; i < to.Length; i++)
            {
                to[i] += from[i] * weight;
            }

            for (var i = to.Length * Vector<float>.Count; i < sums.Length; i++)
            {
                sums[i] += row[i] * weight;
            }
        }

        private float[] Row(int y)
        {
            if (converted.TryGetValue(y, out var known))
            {
                return known;
            }

            var row = new float[photo.Width * bands];
            var bytes = photo.Buffer.AsSpan(checked((int)((long)y * row.Length * photo.Layout.BytesPerSample)), row.Length * photo.Layout.BytesPerSample);
            if (photo.Layout.BytesPerSample == 2)
            {
                var wide = MemoryMarshal.Cast<byte, ushort>(bytes);
                for (var i = 0; i < row.Length; i++)
                {
                    row[i] = wide[i];
                }
            }
            else
            {
                for (var i = 0; i < row.Length; i++)
                {
                    row[i] = bytes[i];
                }
            }

            for (var i = 0; photo.Layout.Alpha && i < row.Length; i += bands)
            {
                for (var colour = 0; colour < bands - 1; colour++)
                {
                    row[i + colour] *= row[i + bands - 1] / full;
                }
            }

            return converted[y] = row;
        }

        private void Line(Span<byte> resized)
        {
            var wide = photo.Layout.BytesPerSample == 2 ? MemoryMarshal.Cast<byte, ushort>(resized) : default;
            Span<float> pixel = stackalloc float[4];
            for (var x = 0; x < width; x++)
            {
                var weights = across.Weights.AsSpan(x * across.Count, across.Count);
                var first = (across.First[x] + across.Count) * bands;
                for (var band = 0; band < bands; band++)
                {
                    var sum = 0f;
                    for (var k = 0; k < weights.Length; k++)
                    {
                        sum += weights[k] * line[first + k * bands + band];
                    }

                    pixel[band] = sum;
                }

                for (var band = 0; band < bands; band++)
                {
                    var value = photo.Layout.Alpha && band < bands - 1 ? (pixel[bands - 1] > 0 ? pixel[band] * full / pixel[bands - 1] : 0) : pixel[band];
                    var level = Math.Clamp(value, 0, full) + 0.5f;
                    if (photo.Layout.BytesPerSample == 2)
                    {
                        wide[x * bands + band] = (ushort)level;
                    }
                    else
                    {
                        resized[x * bands + band] = (byte)level;
                    }
                }
            }
        }
    }
}
