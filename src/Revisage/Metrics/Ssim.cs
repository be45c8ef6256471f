namespace Revisage.Metrics;

/// <summary>
/// Structural similarity (Wang et al., IEEE TIP 2004): the mean over all windows of
/// (2 ab + C1)(2 cov + C2) / ((a² + b² + C1)(var a + var b + C2)), where a window is an 11x11 Gaussian of sigma 1.5
/// that lies wholly inside the image, C1 = (0.01 * 255)² and C2 = (0.03 * 255)². 1 for equal images.
/// </summary>
/// <exception cref="ArgumentException">The images differ in size, or are smaller than a window.</exception>
public static class Ssim
{
    private const int Window = SsimWindows.Largest;

    /// <summary>The mean of red's, green's and blue's.</summary>
    public static double OfRgb(Planes a, Planes b)
    {
        Planes.MustMatch(a, b);
        return a.Rgb.Zip(b.Rgb, (x, y) => OfPlane(x, y, a.Width, a.Height)).Average();
    }

    /// <summary>On BT.601 luma.</summary>
    public static double OfLuma(Planes a, Planes b)
    {
        Planes.MustMatch(a, b);
        return OfPlane(a.Luma, b.Luma, a.Width, a.Height);
    }

    private static double OfPlane(double[] a, double[] b, int width, int height)
    {
        if (width < Window || height < Window)
            throw new ArgumentException($"SSIM looks through windows of {Window}x{Window}, which do not fit an image of {width}x{height}.");

        return SsimWindows.Means(a, b, width, height, Window).Similarity;
    }
}
