using System.Numerics;
using Revisage.Faces;

namespace Revisage.Photographs;

/// <summary>
/// The square of the models' training faces by 68 landmarks, which say more of it than a detector's five: <see cref="Extent"/> times the landmarks' larger
/// extent, its centre <see cref="Lift"/> of that above their box's.
/// </summary>
public static class FaceFraming
{
    /// <summary>Side of the square over the landmarks' larger extent.</summary>
    public const double Extent = 1.45;

    /// <summary>How far the square's centre is above that of the landmarks' box, over the larger extent.</summary>
    public const double Lift = 0.10;

    // Beyond these the 68 are likelier wrong than the five.
    private const double MostLarger = 1.3;
    private const double MostMoved = 0.15;

    /// <summary>The face with its square brought to where its 68 landmarks want it; as it is where they are far off.</summary>
    /// <param name="landmarks">In pixels of the square's own cut, of <see cref="AlignedFace.OwnSide"/>.</param>
    public static AlignedFace Refine(AlignedFace face, Landmarks landmarks)
    {
        ArgumentNullException.ThrowIfNull(face);
        ArgumentNullException.ThrowIfNull(landmarks);
        var (min, max) = landmarks.Bounds();
        var own = (float)face.OwnSide;
        var extent = Math.Max(max.X - min.X, max.Y - min.Y) / own;
        var side = (float)(Extent * extent);
        // From pixels' centres to shares of the square.
        var centre = (min + max + Vector2.One) / 2 / own - new Vector2(0, (float)Lift * extent);
        var moved = centre - new Vector2(0.5f);
        if (!(side <= MostLarger && side >= 1 / MostLarger && moved.Length() <= MostMoved))
        {
            return face;
        }

        var inSquare = Matrix3x2.CreateScale(side) * Matrix3x2.CreateTranslation(centre - new Vector2(side / 2));
        var placed = inSquare * face.ToPhotograph;
        return face.IsUpright ? Whole(face, placed) : face with { ToPhotograph = placed, Side = face.Side * side };
    }

    private static AlignedFace Whole(AlignedFace face, Matrix3x2 placed)
    {
        var side = Math.Max(1, MathF.Round(placed.M11));
        // About the centre, whatever rounding makes of the side.
        var centre = new Vector2(placed.M31, placed.M32) + new Vector2(placed.M11 / 2);
        return face with { ToPhotograph = new Matrix3x2(side, 0, 0, side, MathF.Round(centre.X - side / 2), MathF.Round(centre.Y - side / 2)), Side = side };
    }
}
