using Revisage.Torch;

namespace Revisage.Training.Losses;

/// <summary>
/// The two sides of a Wasserstein GAN (Arjovsky et al., ICML 2017, algorithm 1). The critic scores images, [N, 1], true ones
/// high; it must be held to slopes of 1, by <see cref="GradientPenalty"/>. All are unweighted.
/// </summary>
public static class WassersteinLoss
{
    /// <summary>The weight of <see cref="Drift"/> in Karras 2018 (appendix A.1) and in Kim 2019's code.</summary>
    public const double DriftWeight = 0.001;

    /// <summary>mean D(sr) - mean D(hr): minus the distance that the critic sees, which it is to enlarge.</summary>
    public static Tensor Critic(Tensor sr, Tensor hr)
    {
        ArgumentNullException.ThrowIfNull(sr);
        ArgumentNullException.ThrowIfNull(hr);
        return sr.Mean() - hr.Mean();
    }

    /// <summary>-mean D(sr).</summary>
    public static Tensor Generator(Tensor sr)
    {
        ArgumentNullException.ThrowIfNull(sr);
        return -sr.Mean();
    }

    /// <summary>mean D(hr)²: keeps the scores, of which only differences count, from drifting away from 0.</summary>
    public static Tensor Drift(Tensor hr)
    {
        ArgumentNullException.ThrowIfNull(hr);
        return hr.Pow(2).Mean();
    }
}
