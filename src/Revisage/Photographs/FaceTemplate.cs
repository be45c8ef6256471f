using System.Numerics;
using Revisage.Faces;

namespace Revisage.Photographs;

/// <summary>Where the five landmarks lie in the square crops that the models learned from, and how a face of a photograph is laid over them.</summary>
public static class FaceTemplate
{
    // A face turned further is not among the training faces, nine tenths of which stand upright to within eight degrees; one turned less is
    // cut as its pixels lie, since each resampling costs a small face some of the little that it shows.
    private const double GreatestRoll = 12 * Math.PI / 180;

    // How far the tip of the nose stands before the eyes, over their distance: of an average head.
    private const double NoseDepth = 0.55;

    /// <summary>
    /// In shares of the crop's side from its left and top edge, in the order of <see cref="DetectedFace.Landmarks"/>: the mean over the aligned
    /// training faces and their mirror images.
    /// </summary>
    public static IReadOnlyList<Vector2> Points { get; } = [new(0.355f, 0.3627f), new(0.645f, 0.3627f), new(0.5f, 0.5238f), new(0.3716f, 0.6744f), new(0.6284f, 0.6744f)];

    /// <summary>The crop of a face: the similarity that lays the template over its landmarks with the least squared error (Umeyama 1991, of two dimensions).</summary>
    /// <remarks>A face that stands upright, or nearly, gets a crop of whole pixels: nothing is resampled.</remarks>
    public static AlignedFace Align(DetectedFace face)
    {
        ArgumentNullException.ThrowIfNull(face);
        // From pixels' centres to their edges.
        var points = face.Landmarks.Select(point => new Complex(point.X + 0.5, point.Y + 0.5)).ToArray();
        var template = Points.Select(point => new Complex(point.X, point.Y)).ToArray();
        var (centre, middle) = (Mean(points), Mean(template));
        var turn = Complex.Zero;
        var spread = 0.0;
        foreach (var (point, place) in points.Zip(template))
        {
            turn += Complex.Conjugate(place - middle) * (point - centre);
            spread += (place - middle).Magnitude * (place - middle).Magnitude;
        }

        turn /= spread;
        var roll = turn.Phase;
        var upright = Math.Abs(roll) <= GreatestRoll;
        var scale = upright ? new Complex(Math.Max(1, Math.Round(turn.Real)), 0) : turn;
        var corner = centre - scale * middle;
        if (upright)
        {
            corner = new Complex(Math.Round(corner.Real), Math.Round(corner.Imaginary));
        }

        return new AlignedFace(
            face,
            new Matrix3x2((float)scale.Real, (float)scale.Imaginary, -(float)scale.Imaginary, (float)scale.Real, (float)corner.Real, (float)corner.Imaginary),
            scale.Magnitude,
            Degrees(roll),
            Degrees(Yaw(points, turn)));

        static Complex Mean(Complex[] of) => of.Aggregate(Complex.Zero, (sum, point) => sum + point) / of.Length;

        static double Degrees(double angle) => angle * 180 / Math.PI;
    }

    // In the face's own frame.
    private static double Yaw(Complex[] points, Complex turn)
    {
        var frame = turn / turn.Magnitude;
        var (eyes, nose) = ((points[0] + points[1]) / 2, points[2]);
        var aside = ((nose - eyes) * Complex.Conjugate(frame)).Real;
        var apart = Math.Max(1e-6, ((points[1] - points[0]) * Complex.Conjugate(frame)).Real);
        return Math.Atan(aside / apart / NoseDepth);
    }
}
