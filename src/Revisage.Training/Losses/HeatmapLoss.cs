using Revisage.Torch;

namespace Revisage.Training.Losses;

/// <summary>
/// mean (M(hr) - M(sr))² over landmarks and pixels, where M are heatmaps brought to [0, 1] (Kim et al., BMVC 2019,
/// equation 5): landmarks are to be found in the super-resolved face where they are in the true one.
/// </summary>
/// <remarks>
/// Differs from the paper's equation, as the authors' code does: the heatmaps are normalised first. Differs from that code: each image's
/// maps by their own least and largest value, where the code takes the least from the other image.
/// </remarks>
public static class HeatmapLoss
{
    // Below what heatmaps differ by: maps of one value become 0.
    private const double Least = 1e-8;

    /// <param name="sr">[N, L, H, W], a landmark network's maps of the super-resolved faces, in whatever range they have.</param>
    /// <param name="hr">Those of the true ones.</param>
    public static Tensor Of(Tensor sr, Tensor hr) => PixelLoss.L2(Normalized(sr), Normalized(hr));

    /// <summary>Each image's heatmaps from its least value to its largest, over all landmarks and pixels, as [0, 1].</summary>
    /// <param name="heatmaps">[N, L, H, W].</param>
    public static Tensor Normalized(Tensor heatmaps)
    {
        ArgumentNullException.ThrowIfNull(heatmaps);
        var least = -(-heatmaps).Amax([1, 2, 3], keepDim: true);            // N x 1 x 1 x 1
        var largest = heatmaps.Amax([1, 2, 3], keepDim: true);
        return (heatmaps - least) / (largest - least).Clamp(Least, null);
    }
}
