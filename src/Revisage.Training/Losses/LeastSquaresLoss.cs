using Revisage.Torch;

namespace Revisage.Training.Losses;

/// <summary>
/// The least-squares adversarial loss (Mao et al., ICCV 2017, equation 9) that CycleGAN trains with (Zhu 2017, section 4). Scores are the
/// discriminator's as they are, wanted at 1 for real and 0 for made.
/// </summary>
public static class LeastSquaresLoss
{
    /// <summary>mean (D(fake) - 1)².</summary>
    public static Tensor Generator(Tensor fake) => (fake - 1).Pow(2).Mean();

    /// <summary>Half of mean (D(real) - 1)² + mean D(fake)², which slows the discriminator down.</summary>
    public static Tensor Discriminator(Tensor real, Tensor fake) => ((real - 1).Pow(2).Mean() + fake.Pow(2).Mean()) * 0.5;
}
