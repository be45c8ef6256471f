namespace Revisage.Imaging;

/// <summary>
/// A picture in memory: planar sRGB, floats in [0, 1], laid out as [3, Height, Width]. Every public
/// function of the library speaks it. Immutable by convention: nothing in the library writes to an
/// image that it was given.
/// </summary>
public sealed class Image
{
    /// <param name="pixels">[3, height, width]: all of red, then green, then blue, each row by row.</param>
    public Image(int width, int height, float[] pixels)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        ArgumentNullException.ThrowIfNull(pixels);
        if (pixels.LongLength != 3L * width * height)
        {
            throw new ArgumentException(
                $"An image of {width}x{height} has {3L * width * height} values, but {pixels.LongLength} were given.", nameof(pixels));
        }

        Width = width;
        Height = height;
        Pixels = pixels;
    }

    public int Width { get; }

    public int Height { get; }

    /// <summary>[3, Height, Width] in [0, 1].</summary>
    public float[] Pixels { get; }

    /// <summary>From interleaved 8-bit RGB, row by row.</summary>
    public static Image FromRgb24(int width, int height, ReadOnlySpan<byte> rgb)
    {
        var plane = width * height;
        if (rgb.Length != 3 * plane)
        {
            throw new ArgumentException($"{width}x{height} RGB has {3 * plane} bytes, but {rgb.Length} were given.", nameof(rgb));
        }

        var pixels = new float[3 * plane];
        for (var i = 0; i < plane; i++)
        {
            pixels[i] = rgb[3 * i] / 255f;
            pixels[plane + i] = rgb[3 * i + 1] / 255f;
            pixels[2 * plane + i] = rgb[3 * i + 2] / 255f;
        }

        return new Image(width, height, pixels);
    }

    /// <summary>To interleaved 8-bit RGB, rounded to nearest and clipped.</summary>
    public byte[] ToRgb24()
    {
        var plane = Width * Height;
        var rgb = new byte[3 * plane];
        for (var i = 0; i < plane; i++)
        {
            rgb[3 * i] = ToByte(Pixels[i]);
            rgb[3 * i + 1] = ToByte(Pixels[plane + i]);
            rgb[3 * i + 2] = ToByte(Pixels[2 * plane + i]);
        }

        return rgb;
    }

    /// <summary>A copy of the rectangle, which must lie inside the image.</summary>
    public Image Crop(int left, int top, int width, int height)
    {
        if (left < 0 || top < 0 || width <= 0 || height <= 0 || left + width > Width || top + height > Height)
        {
            throw new ArgumentException($"A crop of {width}x{height} at ({left}, {top}) does not fit an image of {Width}x{Height}.");
        }

        var pixels = new float[3 * width * height];
        for (var c = 0; c < 3; c++)
        {
            for (var y = 0; y < height; y++)
            {
                Array.Copy(Pixels, (c * Height + top + y) * Width + left, pixels, (c * height + y) * width, width);
            }
        }

        return new Image(width, height, pixels);
    }

    /// <summary>Left and right exchanged.</summary>
    public Image Mirrored()
    {
        var mirrored = (float[])Pixels.Clone();
        for (var row = 0; row < 3 * Height; row++)
        {
            mirrored.AsSpan(row * Width, Width).Reverse();
        }

        return new Image(Width, Height, mirrored);
    }

    /// <summary>The largest central square, or the central square of <paramref name="side"/> pixels.</summary>
    public Image CentralSquare(int? side = null)
    {
        var s = side ?? Math.Min(Width, Height);
        return s == Width && s == Height ? this : Crop((Width - s) / 2, (Height - s) / 2, s, s);
    }

    // Round half up after scaling, NaN to 0: what Pillow's and libvips' casts give for values in range.
    private static byte ToByte(float value) => (byte)(Math.Clamp(float.IsNaN(value) ? 0f : value, 0f, 1f) * 255f + 0.5f);
}
