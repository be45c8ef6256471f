using System.Numerics;
using Revisage.Faces;

namespace Revisage.Data.GroundTruth;

/// <summary>
/// A map for each of the 68 landmarks with a Gaussian of height 1 where it lies: what FAN is trained to give
/// (Bulat and Tzimiropoulos, ICCV 2017).
/// </summary>
/// <remarks>
/// Differs from face-alignment's <c>draw_gaussian</c>: the centre is kept to a fraction of a pixel, where that code
/// rounds down, and the spot ends at three standard deviations, where that code cuts a square 3 pixels from the
/// centre, at 0.23 of the height.
/// </remarks>
public static class LandmarkHeatmaps
{
    /// <summary>
    /// Standard deviation, in pixels, of FAN's maps of 64x64. Its code says "sigma 1", but draws a quarter of the
    /// window of 6 x 1 + 1 pixels.
    /// </summary>
    public const double FanSigma = 1.75;

    /// <param name="scale">Pixels of a map for one of the picture that the landmarks are of.</param>
    /// <param name="side">Of a map.</param>
    /// <param name="sigma">Standard deviation in pixels of a map.</param>
    /// <param name="target">[68, side, side], overwritten; nothing is drawn for a hidden landmark.</param>
    public static void Draw(Landmarks landmarks, double scale, int side, double sigma, Span<float> target)
    {
        ArgumentNullException.ThrowIfNull(landmarks);
        CheckSize(target.Length, Landmarks.Count, side);
        target.Clear();
        for (var i = 0; i < Landmarks.Count; i++)
        {
            GaussianSpot.Draw(Scaled(landmarks[i], scale), sigma, target.Slice(i * side * side, side * side), side);
        }
    }

    // The corners of both pictures coincide, and centres of pixels lie half a pixel inside.
    internal static Vector2 Scaled(Vector2 point, double scale) =>
        new((float)((point.X + 0.5) * scale - 0.5), (float)((point.Y + 0.5) * scale - 0.5));

    internal static void CheckSize(int length, int maps, int side)
    {
        if (side <= 0 || length != (long)maps * side * side)
        {
            throw new ArgumentException($"{maps} heatmaps of {side}x{side} have {(long)maps * side * side} values, but there is room for {length}.", nameof(side));
        }
    }
}
