namespace Revisage.Metrics;

/// <summary>
/// Peak signal-to-noise ratio, 10 log10(255² / MSE), in dB; infinite for equal images. MSE is the mean over all values
/// of an image, so a table's figure is a mean over images of this.
/// </summary>
/// <exception cref="ArgumentException">The images differ in size.</exception>
public static class Psnr
{
    /// <summary>On red, green and blue together.</summary>
    public static double OfRgb(Planes a, Planes b)
    {
        Planes.MustMatch(a, b);
        var squares = a.Rgb.Zip(b.Rgb, SumOfSquares).Sum();
        return FromMse(squares / (3.0 * a.Luma.Length));
    }

    /// <summary>On BT.601 luma.</summary>
    public static double OfLuma(Planes a, Planes b)
    {
        Planes.MustMatch(a, b);
        return FromMse(SumOfSquares(a.Luma, b.Luma) / a.Luma.Length);
    }

    private static double FromMse(double mse) => 10 * Math.Log10(255.0 * 255.0 / mse);

    private static double SumOfSquares(double[] a, double[] b)
    {
        var sum = 0.0;
        for (var i = 0; i < a.Length; i++)
            sum += (a[i] - b[i]) * (a[i] - b[i]);
        return sum;
    }
}
