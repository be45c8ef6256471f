using System.Numerics;

namespace Revisage.Faces;

/// <summary>A face that was found in a photograph.</summary>
/// <param name="Box">From forehead to chin, in pixels of the upright picture.</param>
/// <param name="Score">From 0, surely none, to 1.</param>
/// <param name="Landmarks">
/// Five points: the eye at the picture's left, that at its right, the tip of the nose, the mouth's corner at the left, that at the
/// right. In pixels of the upright picture, whose top left pixel has its centre at (0, 0).
/// </param>
public sealed record DetectedFace(FaceBox Box, double Score, IReadOnlyList<Vector2> Landmarks)
{
    /// <summary>How many landmarks there are.</summary>
    public const int LandmarkCount = 5;
}
