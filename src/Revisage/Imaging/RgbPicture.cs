using System.Runtime.InteropServices;

namespace Revisage.Imaging;

/// <summary>A picture on its way from a photograph to a small or moved face: interleaved 8-bit RGB, [height, width, 3]. Its bytes do not change.</summary>
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

    public static RgbPicture Of(Image image)
    {
        ArgumentNullException.ThrowIfNull(image);
        return new RgbPicture(image.ToRgb24(), image.Width, image.Height);
    }

    public Image ToImage() => Image.FromRgb24(Width, Height, Rgb);

    public RgbPicture Resized(int width, int height, ResampleFilter filter)
    {
        var resized = new byte[checked(3 * width * height)];
        PillowResize.Resize(Rgb, Width, Height, resized, width, height, filter);
        return new RgbPicture(resized, width, height);
    }

    /// <summary>Left and right exchanged.</summary>
    public RgbPicture Mirrored()
    {
        var mirrored = (byte[])Rgb.Clone();
        for (var y = 0; y < Height; y++)
        {
            MemoryMarshal.Cast<byte, Pixel>(mirrored.AsSpan(3 * y * Width, 3 * Width)).Reverse();
        }

        return new RgbPicture(mirrored, Width, Height);
    }

    /// <summary>A rectangle; what it has beyond the picture repeats the picture's edge.</summary>
    public RgbPicture Part(int left, int top, int width, int height)
    {
        var part = new byte[checked(3 * width * height)];
        // Of the part: the columns that the picture covers.
        var (from, to) = (Math.Clamp(-left, 0, width), Math.Clamp(Width - left, 0, width));
        for (var y = 0; y < height; y++)
        {
            var row = Rgb.AsSpan(3 * Width * Math.Clamp(top + y, 0, Height - 1), 3 * Width);
            var line = part.AsSpan(3 * width * y, 3 * width);
            if (from < to)
            {
                row[(3 * (left + from))..(3 * (left + to))].CopyTo(line[(3 * from)..]);
            }

            for (var x = 0; x < width; x++)
            {
                if (x < from || x >= to)
                {
                    row.Slice(3 * Math.Clamp(left + x, 0, Width - 1), 3).CopyTo(line[(3 * x)..]);
                }
            }
        }

        return new RgbPicture(part, width, height);
    }

    private readonly record struct Pixel(byte Red, byte Green, byte Blue);
}
