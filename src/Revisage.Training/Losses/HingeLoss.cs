using Revisage.Torch;

namespace Revisage.Training.Losses;

/// <summary>
/// The hinge form of the adversarial loss (Miyato et al., "Spectral Normalization for Generative Adversarial Networks", ICLR
/// 2018, section 4; Bulat 2018, equation 2): scores of real faces are to be above 1, of made ones below -1.
/// </summary>
public static class HingeLoss
{
    /// <summary>mean max(0, 1 - D(real)) + mean max(0, 1 + D(made)), at least 0.</summary>
    /// <param name="made">Scores of faces that the generator made, whose graph need not reach it.</param>
    public static Tensor Discriminator(Tensor real, Tensor made) => (1 - real).Relu().Mean() + (made + 1).Relu().Mean();

    /// <summary>-mean D(made): without a bound.</summary>
    public static Tensor Generator(Tensor made) => -made.Mean();
}
