namespace Revisage.Imaging;

/// <summary>Interleaved 8-bit RGB, row by row: [height, width, 3].</summary>
internal static class Rgb24
{
    public static void CheckSize(int bytes, int width, int height, string argument)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        if (bytes != 3L * width * height)
            throw new ArgumentException($"{width}x{height} RGB has {3L * width * height} bytes, but {bytes} were given.", argument);
    }
}
