using System.Numerics;
using Revisage.Faces;

namespace Revisage.Training.Priors.Alignment;

/// <summary>
/// Where the landmarks of 68 heatmaps are. Heatmaps are 68 x H x W, row-major; points are in pixels of the picture,
/// which has <c>scale</c> pixels for one of a heatmap's: 4 for FAN, 1 for the distilled one. A heatmap that holds no
/// number gives a hidden point.
/// </summary>
public static class HeatmapDecoder
{
    /// <summary>
    /// The largest value's pixel, moved by a quarter of one towards the larger of its two neighbours on either
    /// axis, if it has both, as 1adrianb/face-alignment has it.
    /// </summary>
    public static Landmarks Quarter(ReadOnlySpan<float> heatmaps, int height, int width, double scale)
    {
        var points = new Vector2[Landmarks.Count];
        for (var i = 0; i < points.Length; i++)
        {
            var map = Map(heatmaps, i, height, width);
            points[i] = Largest(map) is var at and >= 0
                ? InPicture(at % width + Towards(map, at, at % width, width, 1), at / width + Towards(map, at, at / width, height, width), scale)
                : new Vector2(float.NaN);
        }

        return new Landmarks(points);
    }

    /// <summary>
    /// The mean position of all pixels above half of the largest value, each weighed by what it has beyond that half.
    /// Where a network cannot tell two places apart, both have a peak; the mean between them is nearer the truth on average
    /// than either. Of the distilled FAN's heatmaps at 64 pixels it makes 3.1 % where the largest pixel makes 3.7 %.
    /// </summary>
    public static Landmarks HalfMean(ReadOnlySpan<float> heatmaps, int height, int width, double scale)
    {
        var points = new Vector2[Landmarks.Count];
        for (var i = 0; i < points.Length; i++)
        {
            var map = Map(heatmaps, i, height, width);
            var at = Largest(map);
            if (at < 0)
            {
                points[i] = new Vector2(float.NaN);
                continue;
            }

            var half = map[at] / 2;
            var (sum, x, y) = (0.0, 0.0, 0.0);
            for (var pixel = 0; pixel < map.Length; pixel++)
            {
                if (map[pixel] > half)
                {
                    var weight = (double)map[pixel] - half;
                    (sum, x, y) = (sum + weight, x + weight * (pixel % width), y + weight * (pixel / width));
                }
            }

            points[i] = sum > 0 ? InPicture(x / sum, y / sum, scale) : InPicture(at % width, at / width, scale);
        }

        return new Landmarks(points);
    }

    private static ReadOnlySpan<float> Map(ReadOnlySpan<float> heatmaps, int index, int height, int width) =>
        heatmaps.Length == Landmarks.Count * height * width
            ? heatmaps.Slice(index * height * width, height * width)
            : throw new ArgumentException($"{Landmarks.Count} heatmaps of {width}x{height} are {Landmarks.Count * height * width} values, but {heatmaps.Length} were given.", nameof(heatmaps));

    /// <summary>The first of the largest values; -1 where there is no number.</summary>
    private static int Largest(ReadOnlySpan<float> map)
    {
        var largest = -1;
        for (var i = 0; i < map.Length; i++)
        {
            if (largest < 0 ? !float.IsNaN(map[i]) : map[i] > map[largest])
            {
                largest = i;
            }
        }

        return largest;
    }

    private static double Towards(ReadOnlySpan<float> map, int at, int position, int extent, int step)
    {
        if (position == 0 || position == extent - 1)
        {
            return 0;
        }

        var (before, after) = (map[at - step], map[at + step]);
        return after > before ? 0.25 : after < before ? -0.25 : 0;
    }

    // Both grids cover the same area, and a pixel's centre is half of one from its edge.
    private static Vector2 InPicture(double x, double y, double scale) =>
        new((float)((x + 0.5) * scale - 0.5), (float)((y + 0.5) * scale - 0.5));
}
