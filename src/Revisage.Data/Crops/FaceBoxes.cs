using Revisage.Faces;

namespace Revisage.Data.Crops;

/// <summary>Arithmetic of boxes, whose coordinates are edges: a picture's first pixel reaches from 0 to 1.</summary>
public static class FaceBoxes
{
    /// <summary>Around the same centre.</summary>
    public static FaceBox Scaled(this FaceBox box, double factor) => new(
        box.Left - (factor - 1) / 2 * box.Width, box.Top - (factor - 1) / 2 * box.Height, factor * box.Width, factor * box.Height);

    /// <summary>The whole pixels of a picture that the box touches; null if none.</summary>
    public static FaceBox? Within(this FaceBox box, int width, int height)
    {
        var (left, top) = (Math.Max(0, Math.Floor(box.Left)), Math.Max(0, Math.Floor(box.Top)));
        var (right, bottom) = (Math.Min(width, Math.Ceiling(box.Left + box.Width)), Math.Min(height, Math.Ceiling(box.Top + box.Height)));
        return right > left && bottom > top ? new FaceBox(left, top, right - left, bottom - top) : null;
    }

    /// <summary>Area in common over area of both together: 1 for the same box.</summary>
    public static double Overlap(this FaceBox box, FaceBox other)
    {
        var common = Common(box.Left, box.Width, other.Left, other.Width) * Common(box.Top, box.Height, other.Top, other.Height);
        return common / (box.Width * box.Height + other.Width * other.Height - common);
    }

    /// <summary>The share of the box's area that lies beyond a picture's borders.</summary>
    public static double ShareOutside(this FaceBox box, int width, int height) =>
        1 - Common(box.Left, box.Width, 0, width) * Common(box.Top, box.Height, 0, height) / (box.Width * box.Height);

    private static double Common(double start, double length, double otherStart, double otherLength) =>
        Math.Max(0, Math.Min(start + length, otherStart + otherLength) - Math.Max(start, otherStart));
}
