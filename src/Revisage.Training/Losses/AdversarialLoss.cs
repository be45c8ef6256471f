using Revisage.Torch;

namespace Revisage.Training.Losses;

/// <summary>
/// The standard adversarial loss (Goodfellow et al., NeurIPS 2014, equation 1) in the form that does not saturate, with D
/// the sigmoid of a discriminator's logit x: -log D = softplus(-x), -log(1 - D) = softplus(x).
/// </summary>
/// <remarks>MTUN (Yu 2018, equations 3 and 4) and SRGAN (Ledig 2017, equations 2 and 6) train with it.</remarks>
public static class AdversarialLoss
{
    /// <summary>mean -log D(fake).</summary>
    public static Tensor Generator(Tensor fake) => (-fake).Softplus().Mean();

    /// <summary>mean -log D(real) + mean -log(1 - D(fake)); 2 log 2 for a discriminator that cannot tell.</summary>
    public static Tensor Discriminator(Tensor real, Tensor fake) => (-real).Softplus().Mean() + fake.Softplus().Mean();
}
