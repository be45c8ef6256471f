using System.Numerics;

namespace Revisage.Training.Data.Crops;

/// <summary>How far an upright face is put out of place, with MTUN's numbers (Yu et al., ECCV 2018; its siblings' scripts).</summary>
public sealed record UnalignedOptions
{
    /// <summary>To either side.</summary>
    public double MaxDegrees { get; init; } = 45;

    public double MinScale { get; init; } = 0.8;

    public double MaxScale { get; init; } = 1;

    /// <summary>To either side, over the picture's width and height.</summary>
    public double MaxShift { get; init; } = 0.05;
}

/// <summary>
/// One face put out of place: scaled and turned about the picture's centre, then moved. Sets hold faces upright, since
/// MTUN's targets are; its inputs are put out of place as they are loaded, each by a placement that follows from the
/// seed and the sample's number, and so is known again without being stored.
/// </summary>
/// <param name="Degrees">Clockwise as seen.</param>
/// <param name="ShiftX">Over the width, to the right.</param>
/// <param name="ShiftY">Over the height, downwards.</param>
public sealed record UnalignedPlacement(double Degrees, double Scale, double ShiftX, double ShiftY)
{
    /// <summary>Four numbers of <paramref name="random"/>, each even over its range.</summary>
    public static UnalignedPlacement Draw(ref SampleRandom random, UnalignedOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var degrees = options.MaxDegrees * (2 * random.NextDouble() - 1);
        var scale = options.MinScale + (options.MaxScale - options.MinScale) * random.NextDouble();
        var x = options.MaxShift * (2 * random.NextDouble() - 1);
        return new UnalignedPlacement(degrees, scale, x, options.MaxShift * (2 * random.NextDouble() - 1));
    }

    /// <summary>From pixels of the upright picture to pixels of the placed one, both with the first pixel's centre at 0.</summary>
    public Matrix3x2 Transform(int width, int height)
    {
        var centre = new Vector2((width - 1) / 2f, (height - 1) / 2f);
        return Matrix3x2.CreateScale((float)Scale, centre)
            * Matrix3x2.CreateRotation((float)(Degrees * Math.PI / 180), centre)
            * Matrix3x2.CreateTranslation((float)(ShiftX * width), (float)(ShiftY * height));
    }

    /// <summary>The placed picture, of the same size: bicubic (a = -0.5), black where the upright one has nothing.</summary>
    /// <param name="rgb">[height, width, 3].</param>
    /// <param name="placed">Likewise; must not overlap <paramref name="rgb"/>.</param>
    public void Apply(ReadOnlySpan<byte> rgb, int width, int height, Span<byte> placed)
    {
        if (rgb.Length != 3 * width * height || placed.Length != rgb.Length)
        {
            throw new ArgumentException($"{width}x{height} RGB has {3 * width * height} bytes, but {rgb.Length} and {placed.Length} were given.");
        }

        Matrix3x2.Invert(Transform(width, height), out var back);
        Span<float> columns = stackalloc float[4];
        Span<float> rows = stackalloc float[4];
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                var from = Vector2.Transform(new Vector2(x, y), back);
                var (left, top) = ((int)MathF.Floor(from.X) - 1, (int)MathF.Floor(from.Y) - 1);
                Weigh(from.X - left, columns);
                Weigh(from.Y - top, rows);
                var sum = Vector3.Zero;
                for (var j = Math.Max(0, -top); j < Math.Min(4, height - top); j++)
                {
                    for (var i = Math.Max(0, -left); i < Math.Min(4, width - left); i++)
                    {
                        var at = 3 * ((top + j) * width + left + i);
                        sum += rows[j] * columns[i] * new Vector3(rgb[at], rgb[at + 1], rgb[at + 2]);
                    }
                }

                var to = placed.Slice(3 * (y * width + x), 3);
                for (var c = 0; c < 3; c++)
                {
                    to[c] = (byte)Math.Clamp(sum[c] + 0.5f, 0, 255);
                }
            }
        }
    }

    // The weights of four pixels around a place that is between the second and the third.
    private static void Weigh(float place, Span<float> weights)
    {
        for (var i = 0; i < 4; i++)
        {
            var d = Math.Abs(place - i);
            weights[i] = d < 1 ? (1.5f * d - 2.5f) * d * d + 1 : ((-0.5f * d + 2.5f) * d - 4) * d + 2;
        }
    }
}
