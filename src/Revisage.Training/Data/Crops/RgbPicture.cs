using Revisage.Imaging;

namespace Revisage.Training.Data.Crops;

/// <summary>A picture as files and detectors have it: interleaved RGB of 8 bits, [Height, Width, 3]. Not written to once made.</summary>
public sealed class RgbPicture
{
    public RgbPicture(int width, int height, byte[] rgb)
    {
        ArgumentNullException.ThrowIfNull(rgb);
        if (width < 1 || height < 1 || rgb.LongLength != 3L * width * height)
        {
            throw new ArgumentException($"{width}x{height} RGB has {3L * width * height} bytes, but {rgb.LongLength} were given.", nameof(rgb));
        }

        (Width, Height, Rgb) = (width, height, rgb);
    }

    public int Width { get; }

    public int Height { get; }

    public byte[] Rgb { get; }

    /// <inheritdoc cref="ImageFile.Load"/>
    public static RgbPicture Load(string path) => Of(ImageFile.Load(path));

    public static RgbPicture Of(Image image)
    {
        ArgumentNullException.ThrowIfNull(image);
        return new RgbPicture(image.Width, image.Height, image.ToRgb24());
    }

    public Image ToImage() => Image.FromRgb24(Width, Height, Rgb);

    public RgbPicture Resized(int width, int height, ResampleFilter filter)
    {
        var rgb = new byte[checked(3 * width * height)];
        PillowResize.Resize(Rgb, Width, Height, rgb, width, height, filter);
        return new RgbPicture(width, height, rgb);
    }

    /// <summary>A copy of a rectangle; what it has beyond the picture repeats the picture's edge.</summary>
    public RgbPicture Part(int left, int top, int width, int height)
    {
        var part = new byte[checked(3 * width * height)];
        var (inside, insideEnd) = (Math.Clamp(-left, 0, width), Math.Clamp(Width - left, 0, width));
        for (var y = 0; y < height; y++)
        {
            var from = Rgb.AsSpan(3 * Width * Math.Clamp(top + y, 0, Height - 1), 3 * Width);
            var to = part.AsSpan(3 * width * y, 3 * width);
            if (inside < insideEnd)
            {
                from[(3 * (left + inside))..(3 * (left + insideEnd))].CopyTo(to[(3 * inside)..]);
            }

            for (var x = 0; x < width; x++)
            {
                if (x < inside || x >= insideEnd)
                {
                    from.Slice(3 * Math.Clamp(left + x, 0, Width - 1), 3).CopyTo(to[(3 * x)..]);
                }
            }
        }

        return new RgbPicture(width, height, part);
    }
}
