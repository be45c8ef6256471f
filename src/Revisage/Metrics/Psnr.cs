namespace Revisage.Metrics;

/// <summary>
/// Peak signal-to-noise ratio, 10 log10(255² / MSE), in dB; infinite for equal images. MSE is the mean over all values
/// of an image, so a table's figure is a mean over images of this; <see cref="OfBatch"/> is what some tables have instead.
/// </summary>
/// <exception cref="ArgumentException">The images differ in size.</exception>
public static class Psnr
{
    /// <summary>On red, green and blue together.</summary>
    public static double OfRgb(Planes a, Planes b) => FromMse(MeanSquaredError(a, b));

    /// <summary>On BT.601 luma.</summary>
    public static double OfLuma(Planes a, Planes b)
    {
        Planes.MustMatch(a, b);
        return FromMse(SumOfSquares(a.Luma, b.Luma) / a.Luma.Length);
    }

    /// <summary>
    /// Of the mean of the pairs' errors on red, green and blue, which for images of one size is that of all their values.
    /// Kim 2019's code takes it of batches of 16, and their mean; it is never above the mean of the images' own.
    /// </summary>
    /// <exception cref="ArgumentException">There is no pair.</exception>
    public static double OfBatch(IEnumerable<(Planes A, Planes B)> batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        var errors = batch.Select(pair => MeanSquaredError(pair.A, pair.B)).ToArray();
        if (errors.Length == 0)
            throw new ArgumentException("A batch of no images has no error.", nameof(batch));

        return FromMse(errors.Average());
    }

    /// <summary>MSE of red, green and blue together: 0 to 255².</summary>
    public static double MeanSquaredError(Planes a, Planes b)
    {
        Planes.MustMatch(a, b);
        return a.Rgb.Zip(b.Rgb, SumOfSquares).Sum() / (3.0 * a.Luma.Length);
    }

    /// <param name="mse">Of values in 0..255; from it a caller gets a batch's figure without holding the batch.</param>
    public static double FromMse(double mse) => 10 * Math.Log10(255.0 * 255.0 / mse);

    private static double SumOfSquares(double[] a, double[] b)
    {
        var sum = 0.0;
        for (var i = 0; i < a.Length; i++)
            sum += (a[i] - b[i]) * (a[i] - b[i]);
        return sum;
    }
}
