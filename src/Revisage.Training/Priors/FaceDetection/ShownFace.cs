using System.Numerics;
using Revisage.Faces;

namespace Revisage.Training.Priors.FaceDetection;

/// <summary>A face in a picture that a detector learns from, in pixels from the picture's left and top edge.</summary>
/// <param name="Landmarks">Five as <see cref="DetectedFace.Landmarks"/> orders them; null where they are not known.</param>
public sealed record ShownFace(FaceBox Box, Vector2[]? Landmarks)
{
    /// <summary>The five of the 68, whose first pixel's centre is at (0, 0): both eyes' middles, the tip of the nose, the mouth's corners.</summary>
    public static Vector2[] FiveOf(Landmarks points)
    {
        ArgumentNullException.ThrowIfNull(points);
        return [Mean(36..42), Mean(42..48), Edge(30), Edge(48), Edge(54)];

        Vector2 Edge(int index) => points[index] + new Vector2(0.5f);

        Vector2 Mean(Range eye)
        {
            var sum = Vector2.Zero;
            foreach (var point in points.Points[eye])
            {
                sum += point;
            }

            return sum / points.Points[eye].Length + new Vector2(0.5f);
        }
    }

    /// <summary>The box from forehead to chin that WIDER FACE's annotators would draw around 68 points: brows' height and a third of that from brows to chin.</summary>
    public static FaceBox BoxOf(Landmarks points)
    {
        ArgumentNullException.ThrowIfNull(points);
        var (min, max) = points.Bounds();
        var forehead = 0.3 * (max.Y - min.Y);
        return new FaceBox(min.X + 0.5, min.Y + 0.5 - forehead, max.X - min.X, max.Y - min.Y + forehead);
    }

    /// <summary>Scaled about the origin, then moved.</summary>
    public ShownFace Moved(double scale, double right, double down) => new(
        new FaceBox(scale * Box.Left + right, scale * Box.Top + down, scale * Box.Width, scale * Box.Height),
        Landmarks is null ? null : Array.ConvertAll(Landmarks, point => (float)scale * point + new Vector2((float)right, (float)down)));

    /// <summary>In the picture's mirror image: left and right landmarks change places.</summary>
    public ShownFace Mirrored(int width)
    {
        Vector2 Mirror(int index) => new(width - Landmarks![index].X, Landmarks[index].Y);
        return new(Box with { Left = width - Box.Right }, Landmarks is null ? null : [Mirror(1), Mirror(0), Mirror(2), Mirror(4), Mirror(3)]);
    }
}
