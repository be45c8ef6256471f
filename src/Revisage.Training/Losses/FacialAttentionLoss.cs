using Revisage.Torch;

namespace Revisage.Training.Losses;

/// <summary>
/// mean (M* |sr - hr|), where M* is the largest of the true face's landmark heatmaps at each pixel: errors near eyes, nose
/// and mouth weigh most (Kim et al., BMVC 2019, equation 1).
/// </summary>
/// <remarks>
/// Differs from the authors' code: M* is not normalised a second time, by the whole batch's extremes, which are 0 and 1 already.
/// </remarks>
public static class FacialAttentionLoss
{
    /// <param name="sr">[N, 3, H, W]; <paramref name="hr"/> likewise, in the same range.</param>
    /// <param name="heatmaps">[N, L, H, W], of <paramref name="hr"/>, as <see cref="HeatmapLoss.Normalized"/> gives them. No gradient passes.</param>
    public static Tensor Of(Tensor sr, Tensor hr, Tensor heatmaps)
    {
        ArgumentNullException.ThrowIfNull(heatmaps);
        var attention = heatmaps.Detach().Amax([1], keepDim: true);         // N x 1 x H x W
        return (attention * (sr - hr).Abs()).Mean();
    }
}
