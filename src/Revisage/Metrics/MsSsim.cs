namespace Revisage.Metrics;

/// <summary>
/// Multi-scale structural similarity (Wang, Simoncelli and Bovik, "Multiscale structural similarity for image quality
/// assessment", Asilomar 2003): the product of cs1^0.0448, cs2^0.2856, cs3^0.3001, cs4^0.2363 and ssim5^0.1333. Scale 1
/// is the image, and each next one the averages of 2x2 pixels of the one before, without an odd last row or column;
/// cs is the mean over <see cref="Ssim"/>'s windows of its contrast and structure,
/// (2 cov + C2) / (var a + var b + C2). 0 to 1, and 1 for equal images.
/// </summary>
/// <remarks>
/// <para>
/// Windows have 11x11 pixels down to the scale that they do not fit, and then the image's shorter side: 8x8 at the
/// fifth scale of an image of 128x128, sigma still 1.5, as in Kim 2019's code. That a Gaussian of an even side peaks on the
/// first pixel after the middle is the widespread PyTorch code's; the paper of 2003 had images of 176 pixels and more.
/// </para>
/// <para>Means below 0, of images that are each other's negatives, count as 0, since they have no such power.</para>
/// </remarks>
/// <exception cref="ArgumentException">The images differ in size, or have a side below 16, which leaves a fifth scale no pixel.</exception>
public static class MsSsim
{
    /// <summary>Pixels of the shortest side that the scales leave something of.</summary>
    public const int SmallestSide = 16;

    private static readonly double[] Weights = [0.0448, 0.2856, 0.3001, 0.2363, 0.1333];

    /// <summary>The mean of red's, green's and blue's.</summary>
    public static double OfRgb(Planes a, Planes b)
    {
        MustMatch(a, b);
        return a.Rgb.Zip(b.Rgb, (x, y) => Product(Scales(x, y, a.Width, a.Height), Weights[^1])).Average();
    }

    /// <summary>On BT.601 luma.</summary>
    public static double OfLuma(Planes a, Planes b)
    {
        MustMatch(a, b);
        return Product(Scales(a.Luma, b.Luma, a.Width, a.Height), Weights[^1]);
    }

    /// <summary>
    /// As the code of Kim et al. ("Progressive Face Super-Resolution", BMVC 2019) has it, for its tables: ssim5 is a
    /// factor at each of the four other scales, so that its power is 4 * 0.1333, and cs and ssim5 are means over red,
    /// green and blue together.
    /// </summary>
    public static double OfRgbAsProgressive(Planes a, Planes b)
    {
        MustMatch(a, b);
        var channels = a.Rgb.Zip(b.Rgb, (x, y) => Scales(x, y, a.Width, a.Height)).ToArray();
        var means = Weights.Select((_, scale) => channels.Average(channel => channel[scale])).ToArray();
        return Product(means, (Weights.Length - 1) * Weights[^1]);
    }

    // cs of four scales and ssim of the fifth.
    private static double[] Scales(double[] a, double[] b, int width, int height)
    {
        var terms = new double[Weights.Length];
        for (var scale = 0; scale < terms.Length; scale++)
        {
            if (scale > 0)
            {
                (a, b) = (Halved(a, width, height), Halved(b, width, height));
                (width, height) = (width / 2, height / 2);
            }

            var side = Math.Min(SsimWindows.Largest, Math.Min(width, height));
            var (similarity, contrast) = SsimWindows.Means(a, b, width, height, side);
            terms[scale] = scale == terms.Length - 1 ? similarity : contrast;
        }

        return terms;
    }

    private static double[] Halved(double[] plane, int width, int height)
    {
        var half = new double[width / 2 * (height / 2)];
        for (var (y, i) = (0, 0); y < height / 2; y++)
        {
            for (var x = 0; x < width / 2; x++, i++)
            {
                var above = 2 * y * width + 2 * x;
                var below = above + width;
                half[i] = (plane[above] + plane[above + 1] + plane[below] + plane[below + 1]) / 4;
            }
        }

        return half;
    }

    private static double Product(double[] terms, double lastPower)
    {
        var product = 1.0;
        for (var scale = 0; scale < terms.Length; scale++)
            product *= Math.Pow(Math.Max(0, terms[scale]), scale == terms.Length - 1 ? lastPower : Weights[scale]);
        return product;
    }

    private static void MustMatch(Planes a, Planes b)
    {
        Planes.MustMatch(a, b);
        if (a.Width < SmallestSide || a.Height < SmallestSide)
            throw new ArgumentException($"MS-SSIM halves images four times, and so takes {SmallestSide} pixels a side at least, not {a.Width}x{a.Height}.");
    }
}
