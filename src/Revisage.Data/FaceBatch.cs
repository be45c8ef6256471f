using System.Numerics;

namespace Revisage.Data;

/// <summary>
/// Faces as plain memory, which may cross threads as tensors may not: large ones, the small ones of the same people,
/// and what is known of them, as far as the recipe makes use of it.
/// </summary>
/// <param name="First">The number of its first sample since the run began.</param>
/// <param name="Size">Images.</param>
/// <param name="LowRes">[Size, 3, LowResSide, LowResSide] in the recipe's range; empty where the recipe has no small faces.</param>
/// <param name="HighRes">[Size, 3, HighResSide, HighResSide] in the recipe's range.</param>
/// <param name="Landmarks">[Size, 68, 2]: x and y in pixels of the large face, NaN for what is hidden or unknown.</param>
/// <param name="Parsing">[Size, HighResSide, HighResSide], classes of CelebAMask-HQ, <see cref="Unlabelled"/> where there are none; empty where the recipe wants none.</param>
/// <param name="Guides">[Size, 3, HighResSide, HighResSide], the same people in other photographs; empty where the recipe wants none.</param>
/// <param name="Poor">[Size, 3, LowResSide, LowResSide], real poor faces of other people; empty where the recipe wants none.</param>
/// <param name="Records">Whose they are.</param>
public sealed record FaceBatch(
    long First,
    int Size,
    float[] LowRes,
    int LowResSide,
    float[] HighRes,
    int HighResSide,
    float[] Landmarks,
    byte[] Parsing,
    float[] Guides,
    float[] Poor,
    FaceRecord[] Records)
{
    /// <summary>In <see cref="Parsing"/>, where nobody drew a map, and what lies outside the picture.</summary>
    public const byte Unlabelled = 255;

    /// <summary>How the guides are laid over the faces; null where the recipe does not want it.</summary>
    public LaidGuides? Laid { get; init; }

    /// <summary>Of one face, in pixels of the large one.</summary>
    public Revisage.Faces.Landmarks LandmarksOf(int face)
    {
        var points = new Vector2[Revisage.Faces.Landmarks.Count];
        for (var i = 0; i < points.Length; i++)
        {
            points[i] = new Vector2(Landmarks[(face * points.Length + i) * 2], Landmarks[(face * points.Length + i) * 2 + 1]);
        }

        return new Revisage.Faces.Landmarks(points);
    }
}

/// <summary>What brings guides over faces: see <see cref="Revisage.Faces.GuideWarp"/>.</summary>
/// <param name="LowRes">[Size, 3, LowResSide, LowResSide], the guides made small, in the recipe's range.</param>
/// <param name="Flow">[Size, 2, HighResSide, HighResSide], in pixels.</param>
/// <param name="Coverage">[Size, 1, HighResSide, HighResSide], 0 to 1; 0 everywhere where nobody is shown.</param>
public sealed record LaidGuides(float[] LowRes, float[] Flow, float[] Coverage);
