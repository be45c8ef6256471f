namespace Revisage.Imaging;

/// <summary>
/// 16x16 pixels of a face, by which one photograph under two names is known. About 3 % of the faces of common sets are there
/// twice.
/// </summary>
public static class PhotoThumbnail
{
    /// <summary>Grey levels RMS: the same photograph differs by 0 to 7, different ones by 18 and more.</summary>
    public const int SamePhotograph = 12;

    /// <summary>Pixels.</summary>
    public const int Side = 16;

    /// <param name="rgb">[height, width, 3].</param>
    public static byte[] Of(ReadOnlySpan<byte> rgb, int width, int height)
    {
        var thumbnail = new byte[3 * Side * Side];
        PillowResize.Resize(rgb, width, height, thumbnail, Side, Side, ResampleFilter.Bicubic);
        return thumbnail;
    }

    /// <summary>Whether both are of one photograph, mirrored or not.</summary>
    public static bool Alike(byte[] a, byte[] b)
    {
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(b);
        return Alike(a, b, mirrored: false) || Alike(a, b, mirrored: true);
    }

    private static bool Alike(byte[] a, byte[] b, bool mirrored)
    {
        const int row = 3 * Side;
        var room = SamePhotograph * SamePhotograph * a.Length;
        for (var y = 0; y < a.Length && room > 0; y += row)
        {
            for (var x = 0; x < row; x++)
            {
                var difference = a[y + x] - b[y + (mirrored ? row - 3 - x + 2 * (x % 3) : x)];
                room -= difference * difference;
            }
        }

        return room > 0;
    }
}
