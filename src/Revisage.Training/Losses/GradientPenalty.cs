using Revisage.Torch;

namespace Revisage.Training.Losses;

/// <summary>
/// mean (|dD/dx| - 1)² at images x = e hr + (1 - e) sr between the true and the super-resolved ones, e even in [0, 1) and one
/// for each sample (Gulrajani et al., "Improved Training of Wasserstein GANs", NeurIPS 2017, equation 3). Unweighted; the paper
/// weighs it by 10. It trains the critic alone.
/// </summary>
public static class GradientPenalty
{
    // The root has no gradient at 0.
    private const double Least = 1e-12;

    /// <summary>With shares from LibTorch's random numbers.</summary>
    /// <inheritdoc cref="Of(Func{Tensor, Tensor}, Tensor, Tensor, Tensor)"/>
    public static Tensor Of(Func<Tensor, Tensor> critic, Tensor sr, Tensor hr)
    {
        ArgumentNullException.ThrowIfNull(hr);
        return Of(critic, sr, hr, Tensor.Rand(hr.Shape[0], 1, 1, 1).To(hr.IsCuda ? Device.Cuda() : Device.Cpu));
    }

    /// <param name="critic">From images to scores, one for each, in 32 bits: bfloat16 puts the penalty's gradient off.</param>
    /// <param name="sr">[N, C, H, W]; <paramref name="hr"/> likewise.</param>
    /// <param name="shares">[N, 1, 1, 1], of <paramref name="hr"/>.</param>
    public static Tensor Of(Func<Tensor, Tensor> critic, Tensor sr, Tensor hr, Tensor shares)
    {
        ArgumentNullException.ThrowIfNull(critic);
        var between = (sr + shares * (hr - sr)).Detach();
        between.RequiresGrad = true;
        // The sum's gradient holds each score's, since that is of its own image (but for what a critic sees of the batch).
        var gradient = Autograd.Gradients(critic(between).Sum(), [between], createGraph: true)[0].Flatten(1);
        var length = ((gradient * gradient).Sum([1]) + Least).Sqrt();       // N
        return (length - 1).Pow(2).Mean();
    }
}
