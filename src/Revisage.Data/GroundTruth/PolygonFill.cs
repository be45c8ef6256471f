using System.Numerics;

namespace Revisage.Data.GroundTruth;

/// <summary>Fills polygons row by row.</summary>
internal static class PolygonFill
{
    /// <summary>
    /// Writes the value to each pixel whose centre the polygon goes round (non-zero winding); one on a left or upper
    /// edge counts, on a right or lower one not.
    /// </summary>
    /// <param name="polygon">In pixels, centres at whole numbers; points that are not finite are left out.</param>
    /// <param name="map">[height, width].</param>
    public static void Fill(ReadOnlySpan<Vector2> polygon, byte value, Span<byte> map, int width, int height)
    {
        Span<Vector2> points = stackalloc Vector2[polygon.Length];
        var count = 0;
        var (top, bottom) = (float.PositiveInfinity, float.NegativeInfinity);
        foreach (var point in polygon)
        {
            if (float.IsFinite(point.X) && float.IsFinite(point.Y))
            {
                points[count++] = point;
                (top, bottom) = (MathF.Min(top, point.Y), MathF.Max(bottom, point.Y));
            }
        }

        if (count < 3)
        {
            return;
        }

        Span<(float X, int Turn)> crossings = stackalloc (float, int)[count];
        var end = (int)Math.Clamp(MathF.Ceiling(bottom), 0, height);
        for (var y = (int)Math.Clamp(MathF.Ceiling(top), 0, height); y < end; y++)
        {
            var row = map.Slice(y * width, width);
            var found = Crossings(points[..count], y, crossings);
            var turns = 0;
            for (var i = 0; i < found; i++)
            {
                if (turns != 0)
                {
                    var from = (int)Math.Clamp(MathF.Ceiling(crossings[i - 1].X), 0, width);
                    var to = (int)Math.Clamp(MathF.Ceiling(crossings[i].X), 0, width);
                    row[from..to].Fill(value);
                }

                turns += crossings[i].Turn;
            }
        }
    }

    // From left to right: where edges cross the row, and whether downwards (1) or upwards (-1).
    private static int Crossings(ReadOnlySpan<Vector2> points, int y, Span<(float X, int Turn)> crossings)
    {
        var found = 0;
        var a = points[^1];
        foreach (var b in points)
        {
            if (a.Y <= y != b.Y <= y)
            {
                var crossing = (a.X + (y - a.Y) / (b.Y - a.Y) * (b.X - a.X), a.Y <= y ? 1 : -1);
                var place = found++;
                for (; place > 0 && crossings[place - 1].X > crossing.Item1; place--)
                {
                    crossings[place] = crossings[place - 1];
                }

                crossings[place] = crossing;
            }

            a = b;
        }

        return found;
    }
}
