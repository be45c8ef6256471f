using Revisage.Torch;

namespace Revisage.Training.Losses;

/// <summary>
/// mean (small - pooled(large))²: a small face shall look like the large one that it was made of, each of its pixels like the mean
/// of those it stands for (Bulat et al., ECCV 2018, section 3.5, High-to-Low).
/// </summary>
public static class PooledPixelLoss
{
    /// <param name="small">[N, 3, H, W].</param>
    /// <param name="large">[N, 3, factor H, factor W], in the same range.</param>
    public static Tensor Of(Tensor small, Tensor large, int factor) => PixelLoss.L2(small, large.AvgPool2d(factor, factor, 0));
}
