using Revisage.Imaging;
namespace Revisage.Degradations;

/// <summary>Blur by a Gaussian, cut off at three standard deviations; none at 0.</summary>
/// <param name="sigma">Standard deviations to choose from, in pixels.</param>
public sealed class GaussianBlur(Interval sigma) : IDegradation
{
    public RgbPicture Apply(RgbPicture picture, ref SampleRandom random)
    {
        ArgumentNullException.ThrowIfNull(picture);
        var drawn = sigma.Draw(ref random);
        var reach = (int)Math.Ceiling(3 * drawn);
        var kernel = new float[2 * reach + 1];
        var total = 0.0;
        for (var i = 0; i < kernel.Length; i++)
        {
            var weight = drawn == 0 ? 1 : Math.Exp(-0.5 * (i - reach) * (i - reach) / (drawn * drawn));
            kernel[i] = (float)weight;
            total += weight;
        }

        for (var i = 0; i < kernel.Length; i++)
        {
            kernel[i] = (float)(kernel[i] / total);
        }

        return reach == 0 ? picture : Convolution.Separable(picture, kernel);
    }
}

/// <summary>
/// Means of squares: High-to-Low's comparison draws 2 to 6 pixels and shrinks bilinearly afterwards (section 4.2,
/// which does not say what kernel; a box is the plainest).
/// </summary>
/// <param name="side">Sides to choose from, in pixels; an even one moves the picture by half a pixel.</param>
public sealed class BoxBlur(Interval side) : IDegradation
{
    public RgbPicture Apply(RgbPicture picture, ref SampleRandom random)
    {
        ArgumentNullException.ThrowIfNull(picture);
        var kernel = new float[side.DrawWhole(ref random)];
        Array.Fill(kernel, 1f / kernel.Length);
        return kernel.Length == 1 ? picture : Convolution.Separable(picture, kernel);
    }
}

/// <summary>Blur along a straight way of any direction, as of a hand or head that moved evenly.</summary>
/// <param name="length">Of the way, to choose from, in pixels; none at 0.</param>
public sealed class MotionBlur(Interval length) : IDegradation
{
    // Steps a pixel: finer ones change no kernel by a grey level.
    private const int Steps = 4;

    public RgbPicture Apply(RgbPicture picture, ref SampleRandom random)
    {
        ArgumentNullException.ThrowIfNull(picture);
        var (drawn, angle) = (length.Draw(ref random), Math.PI * random.NextDouble());
        return Along(picture, drawn, angle);
    }

    /// <param name="angle">In radians, from the right downwards.</param>
    public static RgbPicture Along(RgbPicture picture, double length, double angle)
    {
        ArgumentNullException.ThrowIfNull(picture);
        if (length <= 0)
        {
            return picture;
        }

        var count = Math.Max(1, (int)Math.Ceiling(length * Steps));
        var (sine, cosine) = Math.SinCos(angle);
        var kernel = new Dictionary<(int X, int Y), float>();
        for (var i = 0; i < count; i++)
        {
            var along = ((i + 0.5) / count - 0.5) * length;
            var (x, y) = (along * cosine, along * sine);
            var (left, top) = ((int)Math.Floor(x), (int)Math.Floor(y));
            var (right, down) = (x - left, y - top);
            Add(left, top, (1 - right) * (1 - down));
            Add(left + 1, top, right * (1 - down));
            Add(left, top + 1, (1 - right) * down);
            Add(left + 1, top + 1, right * down);
        }

        return Convolution.Sparse(picture, kernel, (int)Math.Ceiling(length / 2) + 1);

        void Add(int x, int y, double share)
        {
            kernel.TryGetValue((x, y), out var before);
            kernel[(x, y)] = before + (float)(share / count);
        }
    }
}
