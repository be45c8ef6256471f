using Revisage.Imaging;

namespace Revisage.Photographs;

/// <summary>Squares to another size by antialiased bicubic (a = -0.5), neither rounded nor clipped, for differences of pictures.</summary>
internal static class SmoothResize
{
    private static readonly SizeCache<(int From, int To), double[,]> Known = new(sizes => PillowResize.Matrix(sizes.From, sizes.To, ResampleFilter.Bicubic));

    public static Image To(Image picture, int side)
    {
        if (picture.Width == side)
        {
            return picture;
        }

        var (from, weights) = (picture.Width, Known[(picture.Width, side)]);
        var pixels = new float[3 * side * side];
        for (var colour = 0; colour < 3; colour++)
        {
            BothAxes.Apply(weights, picture.Pixels.AsSpan(colour * from * from, from * from)).CopyTo(pixels, colour * side * side);
        }

        return new Image(side, side, pixels);
    }
}
