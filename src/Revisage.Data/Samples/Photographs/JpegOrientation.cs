using Revisage.Imaging;

namespace Revisage.Data.Samples.Photographs;

/// <summary>JPEG files whose pixels lie as a turned camera takes them, with the EXIF tag that says how to show them.</summary>
public static class JpegOrientation
{
    /// <summary>Upright.</summary>
    public const int Upright = 1;

    /// <summary>To be turned clockwise by a quarter: a phone that is held upright.</summary>
    public const int TurnClockwise = 6;

    // APP1 of 34 bytes, then big-endian TIFF: one directory with the one tag 0x0112, a 16-bit number.
    private static readonly byte[] Segment =
    [
        0xFF, 0xE1, 0, 34, .. "Exif\0\0"u8, .. "MM\0*"u8, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, TurnClockwise, 0, 0, 0, 0, 0, 0,
    ];

    /// <param name="upright">As it is to be shown.</param>
    /// <param name="orientation"><see cref="Upright"/> or <see cref="TurnClockwise"/>.</param>
    public static byte[] Encode(Image upright, int orientation, int quality)
    {
        ArgumentNullException.ThrowIfNull(upright);
        if (orientation == Upright)
        {
            return ImageFile.EncodeJpeg(upright, quality);
        }

        ArgumentOutOfRangeException.ThrowIfNotEqual(orientation, TurnClockwise);
        // After the two bytes that begin the file.
        var jpeg = ImageFile.EncodeJpeg(TurnedBack(upright), quality);
        return [.. jpeg[..2], .. Segment, .. jpeg[2..]];
    }

    /// <summary>By a quarter, anticlockwise.</summary>
    private static Image TurnedBack(Image image)
    {
        var (width, height) = (image.Height, image.Width);
        var pixels = new float[image.Pixels.Length];
        for (var i = 0; i < pixels.Length; i++)
        {
            var (plane, at) = Math.DivRem(i, width * height);
            var (y, x) = Math.DivRem(at, width);
            pixels[i] = image.Pixels[plane * width * height + x * image.Width + image.Width - 1 - y];
        }

        return new Image(width, height, pixels);
    }
}
