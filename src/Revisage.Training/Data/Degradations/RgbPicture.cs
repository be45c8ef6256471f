namespace Revisage.Training.Data.Degradations;

/// <summary>A picture on its way to a training sample: interleaved 8-bit RGB, [height, width, 3]. Its bytes do not change.</summary>
public sealed class RgbPicture
{
    /// <param name="rgb">Taken over, and from then on only read.</param>
    public RgbPicture(byte[] rgb, int width, int height)
    {
        ArgumentNullException.ThrowIfNull(rgb);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        if (rgb.LongLength != 3L * width * height)
        {
            throw new ArgumentException($"{width}x{height} RGB has {3L * width * height} bytes, but {rgb.LongLength} were given.", nameof(rgb));
        }

        (Rgb, Width, Height) = (rgb, width, height);
    }

    public byte[] Rgb { get; }

    public int Width { get; }

    public int Height { get; }

    /// <summary>The middle, rounded as torchvision's CenterCrop does: a half to the even side.</summary>
    public RgbPicture CentreCrop(int width, int height)
    {
        if (width > Width || height > Height)
        {
            throw new ArgumentException($"A crop of {width}x{height} does not fit a picture of {Width}x{Height}.", nameof(width));
        }

        var (left, top) = ((int)Math.Round((Width - width) / 2.0), (int)Math.Round((Height - height) / 2.0));
        var cropped = new byte[3 * width * height];
        for (var y = 0; y < height; y++)
        {
            Rgb.AsSpan(3 * ((top + y) * Width + left), 3 * width).CopyTo(cropped.AsSpan(3 * y * width));
        }

        return new RgbPicture(cropped, width, height);
    }
}
