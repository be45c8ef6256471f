using Revisage.Imaging;

namespace Revisage.Metrics;

/// <summary>
/// An image as metrics see it: rounded to 8 bits, in 0..255, each plane [Height, Width]. Luma is BT.601's, 16 to 235,
/// not rounded, as MATLAB's <c>rgb2ycbcr</c> has it for doubles.
/// </summary>
public sealed class Planes
{
    private Planes(int width, int height, double[][] rgb, double[] luma) => (Width, Height, Rgb, Luma) = (width, height, rgb, luma);

    public int Width { get; }

    public int Height { get; }

    /// <summary>Red, green, blue.</summary>
    public IReadOnlyList<double[]> Rgb { get; }

    public double[] Luma { get; }

    public static Planes Of(Image image)
    {
        ArgumentNullException.ThrowIfNull(image);
        var bytes = image.ToRgb24();
        var count = image.Width * image.Height;
        double[] red = new double[count], green = new double[count], blue = new double[count], luma = new double[count];
        for (var i = 0; i < count; i++)
        {
            (red[i], green[i], blue[i]) = (bytes[3 * i], bytes[3 * i + 1], bytes[3 * i + 2]);
            luma[i] = 16 + (65.481 * red[i] + 128.553 * green[i] + 24.966 * blue[i]) / 255;
        }

        return new Planes(image.Width, image.Height, [red, green, blue], luma);
    }

    internal static void MustMatch(Planes a, Planes b)
    {
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(b);
        if (a.Width != b.Width || a.Height != b.Height)
            throw new ArgumentException($"Images of one size are compared, not {a.Width}x{a.Height} with {b.Width}x{b.Height}.");
    }
}
