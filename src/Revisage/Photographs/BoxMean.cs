namespace Revisage.Photographs;

/// <summary>The mean over a square around each pixel, of what lies inside the picture, whatever its size at the same cost.</summary>
internal static class BoxMean
{
    /// <param name="values">[height, width].</param>
    /// <param name="radius">The square has 2 * radius + 1 pixels a side.</param>
    public static float[] Of(float[] values, int width, int height, int radius)
    {
        var rows = new float[values.Length];
        for (var y = 0; y < height; y++)
        {
            Line(values, rows, y * width, 1, width, radius);
        }

        var means = new float[values.Length];
        for (var x = 0; x < width; x++)
        {
            Line(rows, means, x, width, height, radius);
        }

        return means;
    }

    private static void Line(float[] from, float[] to, int first, int step, int count, int radius)
    {
        var sum = 0.0;
        for (var i = 0; i < Math.Min(radius, count); i++)
        {
            sum += from[first + i * step];
        }

        for (var i = 0; i < count; i++)
        {
            if (i + radius < count)
            {
                sum += from[first + (i + radius) * step];
            }

            if (i - radius > 0)
            {
                sum -= from[first + (i - radius - 1) * step];
            }

            to[first + i * step] = (float)(sum / (Math.Min(i + radius, count - 1) - Math.Max(i - radius, 0) + 1));
        }
    }
}
