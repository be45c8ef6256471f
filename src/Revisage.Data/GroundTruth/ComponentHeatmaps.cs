using Revisage.Faces;

namespace Revisage.Data.GroundTruth;

/// <summary>
/// MTUN's four maps, of eyes, nose, mouth and jaw: at each pixel the highest of the Gaussians of the component's
/// landmarks (Yu et al., ECCV 2018, section 3.2).
/// </summary>
/// <remarks>The maker of the authors' maps was never published: the points of each, the maximum and sigma are choices.</remarks>
public static class ComponentHeatmaps
{
    public const int Count = 4;

    /// <summary>Standard deviation in pixels of a map of 64x64; other sizes in proportion.</summary>
    public const double SigmaAt64 = 1.5;

    private static readonly Range[] Components = [Landmarks.Eyes, Landmarks.Nose, Landmarks.Mouth, Landmarks.Jaw];

    /// <inheritdoc cref="LandmarkHeatmaps.Draw"/>
    /// <param name="target">[4, side, side], overwritten; nothing is drawn for hidden landmarks.</param>
    /// <param name="visible">[4]: the share of each component's landmarks that lie on the map; 0 where it is empty.</param>
    public static void Draw(Landmarks landmarks, double scale, int side, double sigma, Span<float> target, Span<float> visible)
    {
        ArgumentNullException.ThrowIfNull(landmarks);
        LandmarkHeatmaps.CheckSize(target.Length, Count, side);
        target.Clear();
        for (var c = 0; c < Count; c++)
        {
            var map = target.Slice(c * side * side, side * side);
            var points = landmarks.Points[Components[c]];
            var seen = 0;
            foreach (var point in points)
            {
                seen += GaussianSpot.Draw(LandmarkHeatmaps.Scaled(point, scale), sigma, map, side) ? 1 : 0;
            }

            visible[c] = (float)seen / points.Length;
        }
    }
}
