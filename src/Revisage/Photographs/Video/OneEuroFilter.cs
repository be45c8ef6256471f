using System.Numerics;
using Revisage.Faces;

namespace Revisage.Photographs.Video;

/// <summary>
/// Smooths where a face is found from frame to frame: much while it is still, little while it moves, so that it neither trembles nor lags
/// behind (the 1 Euro filter of Casiez et al., CHI 2012, with one speed for all points of the face).
/// </summary>
internal sealed class OneEuroFilter
{
    // Cutoffs in Hz; the speed is in sizes of the face a second. Named guesses: a still face's points are averaged over about a sixth of a
    // second, and a face that moves by its own size a second lags by a hundredth of it.
    private const double Still = 1;
    private const double BySpeed = 10;
    private const double OfSpeed = 3;

    private DetectedFace smooth;
    private DetectedFace last;
    private Vector2 speed;

    public OneEuroFilter(DetectedFace first) => smooth = last = first;

    /// <param name="seconds">Since the frame before.</param>
    /// <returns>The face, smoothed.</returns>
    public DetectedFace Next(DetectedFace found, double seconds)
    {
        var size = (float)Math.Max(1, found.Box.Size);
        var moved = (Centre(found) - Centre(last)) / (float)seconds / size;
        speed += (float)Share(OfSpeed, seconds) * (moved - speed);
        var share = Share(Still + BySpeed * speed.Length(), seconds);
        last = found;
        smooth = new DetectedFace(
            new FaceBox(Between(smooth.Box.Left, found.Box.Left), Between(smooth.Box.Top, found.Box.Top), Between(smooth.Box.Width, found.Box.Width), Between(smooth.Box.Height, found.Box.Height)),
            smooth.Score + Share(Still, seconds) * (found.Score - smooth.Score),
            [.. smooth.Landmarks.Zip(found.Landmarks, (from, to) => from + (float)share * (to - from))]);
        return smooth;

        double Between(double from, double to) => from + share * (to - from);
    }

    private static double Share(double cutoff, double seconds) => 1 / (1 + 1 / (2 * Math.PI * cutoff * seconds));

    private static Vector2 Centre(DetectedFace face) => face.Landmarks.Aggregate(Vector2.Zero, (sum, point) => sum + point) / face.Landmarks.Count;
}
