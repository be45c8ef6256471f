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
        var rows = new double[side * from];
        for (var colour = 0; colour < 3; colour++)
        {
            var source = picture.Pixels.AsSpan(colour * from * from, from * from);
            Array.Clear(rows);
            for (var y = 0; y < side; y++)
            {
                var row = rows.AsSpan(y * from, from);
                for (var k = 0; k < from; k++)
                {
                    if (weights[y, k] is not 0 and var weight)
                    {
                        for (var x = 0; x < from; x++)
                        {
                            row[x] += weight * source[k * from + x];
                        }
                    }
                }
            }

            for (var x = 0; x < side; x++)
            {
                var (first, end) = Band(weights, x, from);
                for (var y = 0; y < side; y++)
                {
                    var sum = 0.0;
                    for (var k = first; k < end; k++)
                    {
                        sum += weights[x, k] * rows[y * from + k];
                    }

                    pixels[(colour * side + y) * side + x] = (float)sum;
                }
            }
        }

        return new Image(side, side, pixels);
    }

    private static (int First, int End) Band(double[,] weights, int row, int columns)
    {
        var (first, end) = (0, columns);
        while (first < end && weights[row, first] == 0)
        {
            first++;
        }

        while (end > first && weights[row, end - 1] == 0)
        {
            end--;
        }

        return (first, end);
    }
}
