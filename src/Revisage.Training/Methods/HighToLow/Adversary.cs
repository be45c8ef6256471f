using Revisage.Torch;
using Revisage.Training.Losses;
using Revisage.Training.Runs;
using Revisage.Training.Torch;

namespace Revisage.Training.Methods.HighToLow;

/// <summary>How discriminator and generator judge each other.</summary>
public enum AdversaryLoss
{
    /// <summary>SN-GAN's, with spectral normalisation: what the paper settled for.</summary>
    Hinge,

    /// <summary>Wasserstein's distance under a gradient penalty, without spectral normalisation: the other way the paper tried (section 3.5).</summary>
    Wasserstein,
}

/// <summary>The adversarial side of High-to-Low's or Low-to-High's training; the defaults are the paper's.</summary>
public sealed record AdversaryOptions
{
    /// <summary>Of the adversarial loss, beside the pixel loss's 1 (section 3.6); 0 for the pixel loss alone, without a discriminator.</summary>
    public double Weight { get; init; } = 0.05;

    /// <summary>Updates of the discriminator for one of the generator, each on a batch of its own (section 3.6).</summary>
    public int Updates { get; init; } = 5;

    public AdversaryLoss Loss { get; init; } = AdversaryLoss.Hinge;

    /// <summary>Weight of the gradient penalty under <see cref="AdversaryLoss.Wasserstein"/> (Gulrajani 2017).</summary>
    public double Penalty { get; init; } = 10;

    /// <summary>Feature channels of the discriminator.</summary>
    public int Channels { get; init; } = 128;

    /// <summary>The paper's six blocks, see <see cref="ImageDiscriminatorOptions.SixBlocks"/>.</summary>
    public bool SixBlocks { get; init; }

    internal int BatchesPerStep => Weight == 0 ? 1 : Updates;

    internal ImageDiscriminator ToDiscriminator(int side) =>
        new(new ImageDiscriminatorOptions { Side = side, Channels = Channels, SixBlocks = SixBlocks, SpectralNorm = Loss == AdversaryLoss.Hinge });

    /// <exception cref="RevisageException">There is nothing to learn from, or no discriminator for faces of that side.</exception>
    internal void Check(double pixelWeight, int side)
    {
        if (Weight < 0 || pixelWeight < 0 || (Weight == 0 && pixelWeight == 0))
        {
            throw new RevisageException($"The pixel loss weighs {pixelWeight} and the adversarial one {Weight}, but one must be above 0 and none below. Set pixel_weight or adversary.weight.");
        }

        if (Weight > 0)
        {
            if (Updates < 1)
            {
                throw new RevisageException($"adversary.updates is {Updates}, but a discriminator learns once at least. Set it to 1 or more, or adversary.weight to 0.");
            }

            _ = ToDiscriminator(side);
        }
    }
}

/// <summary>A discriminator in training, and what a generator learns from it.</summary>
internal sealed class Adversary : IDisposable
{
    private readonly AdversaryOptions options;
    private readonly Precision precision;
    private readonly Learner learner;

    private Adversary(AdversaryOptions options, Precision precision, Learner learner) => (this.options, this.precision, this.learner) = (options, precision, learner);

    /// <summary>The loss's name in logs.</summary>
    public string Name => options.Loss == AdversaryLoss.Hinge ? "discriminator" : "critic";

    public double Weight => options.Weight;

    public TorchNetwork Network => learner.Network;

    public (string Name, IOptimizer Optimizer) NamedOptimizer => learner.NamedOptimizer;

    /// <summary>Null where the adversarial loss has no weight.</summary>
    /// <param name="name">Of the discriminator in checkpoints.</param>
    /// <param name="side">Of the faces that it judges.</param>
    public static Adversary? Create(string name, AdversaryOptions options, int side, Recipe recipe, AdamOptions adam, Device device) =>
        options.Weight == 0 ? null : new Adversary(
            options,
            // The penalty's gradient is off in bf16.
            options.Loss == AdversaryLoss.Hinge ? recipe.Precision : Precision.Fp32,
            Learner.ByAdam(name, options.ToDiscriminator(side), recipe, adam, device, averaged: false));

    /// <summary>One update of the discriminator.</summary>
    /// <param name="real">[N, 3, H, W].</param>
    /// <param name="made">Likewise; the gradient stops here.</param>
    /// <returns>Its loss, for the log.</returns>
    /// <param name="prefix">Before its name there.</param>
    public LossTerms Update(Tensor real, Tensor made, double rate, string prefix = "")
    {
        made = made.Detach();
        var losses = options.Loss == AdversaryLoss.Hinge
            ? new LossTerms().Add(Name, 1, HingeLoss.Discriminator(Score(real), Score(made)))
            : new LossTerms().Add(Name, 1, WassersteinLoss.Critic(Score(made), Score(real))).Add("gradient_penalty", options.Penalty, GradientPenalty.Of(Score, made, real));
        var total = losses.Total();
        learner.Update(total, rate);
        return new LossTerms().Add(prefix + Name, 1, total.Detach());
    }

    /// <summary>The generator's adversarial loss, unweighted: -mean D(made), whichever the discriminator's is.</summary>
    public Tensor Judge(Tensor made) => options.Loss == AdversaryLoss.Hinge ? HingeLoss.Generator(Score(made)) : WassersteinLoss.Generator(Score(made));

    public void Dispose() => learner.Dispose();

    private Tensor Score(Tensor faces) => learner.Network.Forward(faces, new ForwardMode(Training: true, precision));
}
