using System.Numerics;

namespace Revisage.Data.GroundTruth;

/// <summary>exp(-d^2 / (2 sigma^2)) around a point, within three sigma of it: what heatmaps are made of.</summary>
internal static class GaussianSpot
{
    private const double Reach = 3;

    /// <summary>Raises the map to the spot where it is lower. A point that is not finite leaves the map as it is.</summary>
    /// <param name="map">[side, side].</param>
    /// <returns>Whether the point itself lies on the map.</returns>
    public static bool Draw(Vector2 centre, double sigma, Span<float> map, int side)
    {
        if (!float.IsFinite(centre.X) || !float.IsFinite(centre.Y))
        {
            return false;
        }

        var (left, right) = Window(centre.X, sigma, side);
        var (top, bottom) = Window(centre.Y, sigma, side);
        var width = right - left;
        if (width > 0 && bottom > top)
        {
            // The spot is a product of two curves: an exponential a column and one a row, none a pixel.
            Span<float> columns = width <= 128 ? stackalloc float[width] : new float[width];
            for (var x = 0; x < width; x++)
            {
                columns[x] = Height(left + x - centre.X, sigma);
            }

            for (var y = top; y < bottom; y++)
            {
                var row = map.Slice(y * side + left, width);
                var height = Height(y - centre.Y, sigma);
                for (var x = 0; x < width; x++)
                {
                    row[x] = MathF.Max(row[x], height * columns[x]);
                }
            }
        }

        return centre.X >= -0.5f && centre.X < side - 0.5f && centre.Y >= -0.5f && centre.Y < side - 0.5f;
    }

    private static (int First, int End) Window(double centre, double sigma, int side) =>
        ((int)Math.Clamp(Math.Ceiling(centre - Reach * sigma), 0, side), (int)Math.Clamp(Math.Floor(centre + Reach * sigma) + 1, 0, side));

    private static float Height(double distance, double sigma) => (float)Math.Exp(-0.5 * distance * distance / (sigma * sigma));
}
