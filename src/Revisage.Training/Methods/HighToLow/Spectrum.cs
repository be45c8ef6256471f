using Revisage.Imaging;

namespace Revisage.Training.Methods.HighToLow;

/// <summary>
/// How the energy of a face's brightness is shared among spatial frequencies. Blur, noise and compression show there, whoever
/// the faces show: it tells how real degraded faces are without a truth to compare them with.
/// </summary>
public static class Spectrum
{
    /// <summary>Rings of equal width from 0 to Nyquist's frequency; what the corners have beyond belongs to the last.</summary>
    public const int Rings = 8;

    // So that a flat face has a logarithm too.
    private const double Least = 1e-9;

    /// <summary>Each ring's share of the energy, mean brightness left out, under a Hann window, so that borders do not count as edges.</summary>
    public static double[] Of(Image face)
    {
        ArgumentNullException.ThrowIfNull(face);
        var (width, height) = (face.Width, face.Height);
        var grey = Grey(face);
        var mean = grey.Average();
        var (across, down) = (Hann(width), Hann(height));
        for (var i = 0; i < grey.Length; i++)
        {
            grey[i] = (grey[i] - mean) * across[i % width] * down[i / width];
        }

        // Columns of negative frequency mirror those of positive.
        var half = width / 2 + 1;
        var (real, imaginary) = (new double[half * height], new double[half * height]);
        var (cosX, sinX) = Waves(width);
        for (var y = 0; y < height; y++)
        {
            for (var k = 0; k < half; k++)
            {
                var (re, im) = (0.0, 0.0);
                for (var x = 0; x < width; x++)
                {
                    re += grey[y * width + x] * cosX[k * x % width];
                    im -= grey[y * width + x] * sinX[k * x % width];
                }

                (real[k * height + y], imaginary[k * height + y]) = (re, im);
            }
        }

        var energy = new double[Rings];
        var (cosY, sinY) = Waves(height);
        for (var k = 0; k < half; k++)
        {
            var copies = k == 0 || 2 * k == width ? 1 : 2;
            for (var l = 0; l < height; l++)
            {
                var (re, im) = (0.0, 0.0);
                for (var y = 0; y < height; y++)
                {
                    var (cos, sin) = (cosY[l * y % height], sinY[l * y % height]);
                    re += real[k * height + y] * cos + imaginary[k * height + y] * sin;
                    im += imaginary[k * height + y] * cos - real[k * height + y] * sin;
                }

                var radius = Math.Sqrt(Math.Pow((double)k / width, 2) + Math.Pow((double)Math.Min(l, height - l) / height, 2));
                if (radius > 0)
                {
                    energy[Math.Min(Rings - 1, (int)(2 * Rings * radius))] += copies * (re * re + im * im);
                }
            }
        }

        var total = Math.Max(energy.Sum(), Least);
        return [.. energy.Select(value => value / total)];
    }

    /// <summary>The share above half of Nyquist's frequency, in the middle of several faces.</summary>
    public static double High(IReadOnlyList<double[]> faces)
    {
        ArgumentNullException.ThrowIfNull(faces);
        double[] shares = [.. faces.Select(rings => rings[(Rings / 2)..].Sum()).Order()];
        return (shares[(shares.Length - 1) / 2] + shares[shares.Length / 2]) / 2;
    }

    /// <summary>How far two sets of faces are apart, in dB: the mean over rings of the ratio between their (geometric) mean shares.</summary>
    public static double Distance(IReadOnlyList<double[]> one, IReadOnlyList<double[]> other)
    {
        ArgumentNullException.ThrowIfNull(one);
        ArgumentNullException.ThrowIfNull(other);
        return Enumerable.Range(0, Rings).Average(ring => Math.Abs(Decibels(one, ring) - Decibels(other, ring)));
    }

    private static double Decibels(IReadOnlyList<double[]> faces, int ring) => faces.Average(rings => 10 * Math.Log10(rings[ring] + Least));

    private static double[] Grey(Image face)
    {
        // BT.601, as Pillow has it.
        var plane = face.Width * face.Height;
        var grey = new double[plane];
        for (var i = 0; i < plane; i++)
        {
            grey[i] = 0.299 * face.Pixels[i] + 0.587 * face.Pixels[plane + i] + 0.114 * face.Pixels[2 * plane + i];
        }

        return grey;
    }

    private static double[] Hann(int count) => [.. Enumerable.Range(0, count).Select(i => 0.5 - 0.5 * Math.Cos(2 * Math.PI * i / (count - 1)))];

    private static (double[] Cos, double[] Sin) Waves(int count) =>
    (
        [.. Enumerable.Range(0, count).Select(i => Math.Cos(2 * Math.PI * i / count))],
        [.. Enumerable.Range(0, count).Select(i => Math.Sin(2 * Math.PI * i / count))]
    );
}
