using Revisage.Torch;

namespace Revisage.Training.Losses;

/// <summary>
/// Content losses over all pixels and channels. Both images are [N, 3, H, W] in one range; the value scales
/// with that range (in [-1, 1] an L1 of 0.02 is 1 % of full scale).
/// </summary>
public static class PixelLoss
{
    /// <summary>mean |sr - hr|: what EDSR trains with (Lim 2017, section 3.1).</summary>
    public static Tensor L1(Tensor sr, Tensor hr) => (sr - hr).Abs().Mean();

    /// <summary>mean (sr - hr)².</summary>
    public static Tensor L2(Tensor sr, Tensor hr) => (sr - hr).Pow(2).Mean();
}
