using System.Numerics;

namespace Revisage.Faces;

/// <summary>
/// The 68 points of a face in iBUG's order (Sagonas 2013): jaw 0-16, brows 17-26, nose 27-35, eyes 36-47, mouth 48-67.
/// Coordinates are pixels of a picture, whose top left pixel has its centre at (0, 0); "left" is the picture's left.
/// A point that the annotation leaves out, since the head hides it, is NaN.
/// </summary>
public sealed class Landmarks
{
    public const int Count = 68;

    private readonly Vector2[] points;

    /// <param name="points">68, each with both coordinates, or NaN for one that is hidden.</param>
    /// <exception cref="ArgumentException">There are more or fewer.</exception>
    public Landmarks(ReadOnlySpan<Vector2> points)
    {
        if (points.Length != Count)
        {
            throw new ArgumentException($"A face has {Count} landmarks, but {points.Length} were given.", nameof(points));
        }

        this.points = points.ToArray();
    }

    public static Range Jaw { get; } = 0..17;

    public static Range Brows { get; } = 17..27;

    public static Range Nose { get; } = 27..36;

    public static Range Eyes { get; } = 36..48;

    public static Range Mouth { get; } = 48..68;

    public ReadOnlySpan<Vector2> Points => points;

    public Vector2 this[int index] => points[index];

    /// <summary>Whether the point is known.</summary>
    public bool IsVisible(int index) => !float.IsNaN(points[index].X);

    /// <summary>The box of the known points.</summary>
    public (Vector2 Min, Vector2 Max) Bounds()
    {
        var (min, max) = (new Vector2(float.PositiveInfinity), new Vector2(float.NegativeInfinity));
        for (var i = 0; i < Count; i++)
        {
            if (IsVisible(i))
            {
                (min, max) = (Vector2.Min(min, points[i]), Vector2.Max(max, points[i]));
            }
        }

        return (min, max);
    }

    /// <summary>Each point moved.</summary>
    public Landmarks Transformed(Matrix3x2 transform) => new(Array.ConvertAll(points, point => Vector2.Transform(point, transform)));

    /// <summary>The points of the picture's mirror image: moved, and left and right exchanged.</summary>
    /// <param name="width">Of the picture.</param>
    public Landmarks Mirrored(int width)
    {
        var mirrored = new Vector2[Count];
        for (var i = 0; i < Count; i++)
        {
            mirrored[MirrorOf(i)] = new Vector2(width - 1 - points[i].X, points[i].Y);
        }

        return new Landmarks(mirrored);
    }

    /// <summary>The point that takes another's place in a mirror.</summary>
    public static int MirrorOf(int index) => index switch
    {
        < 17 => 16 - index,
        < 27 => 43 - index,
        < 31 => index,
        < 36 => 66 - index,
        < 40 => 81 - index,     // 36-39 and 45-42
        < 42 => 87 - index,     // 40, 41 and 47, 46
        < 46 => 81 - index,
        < 48 => 87 - index,
        < 55 => 102 - index,    // outer lip's upper edge
        < 60 => 114 - index,    // outer lip's lower edge
        < 65 => 124 - index,    // inner lip's upper edge
        _ => 132 - index,
    };
}
