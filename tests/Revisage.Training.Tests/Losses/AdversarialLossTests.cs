using Revisage.Torch;
using Revisage.Training.Losses;

namespace Revisage.Training.Tests.Losses;

[Trait("Category", "torch")]
public sealed class AdversarialLossTests : IDisposable
{
    // The logit of 3/4.
    private static readonly float Sure = MathF.Log(3);

    private readonly TensorScope scope = new();

    public void Dispose() => scope.Dispose();

    [Fact]
    public void A_discriminator_that_cannot_tell_costs_log_2_a_picture()
    {
        AdversarialLoss.Generator(Tensor.Of([0f, 0], 2, 1)).Item().ShouldBe(Math.Log(2), 1e-6);
        AdversarialLoss.Discriminator(Tensor.Of([0f, 0], 2, 1), Tensor.Of([0f], 1, 1)).Item().ShouldBe(2 * Math.Log(2), 1e-6);
    }

    [Fact]
    public void A_generator_pays_what_is_taken_for_made()
    {
        // Taken for real by 3/4 and by 1/4.
        AdversarialLoss.Generator(Tensor.Of([Sure, -Sure], 2, 1)).Item().ShouldBe(-(Math.Log(0.75) + Math.Log(0.25)) / 2, 1e-6);
    }

    [Fact]
    public void A_discriminator_pays_for_both_mistakes()
    {
        // Real taken for real by 3/4; made taken for real by 3/4, so for made by 1/4.
        AdversarialLoss.Discriminator(Tensor.Of([Sure], 1, 1), Tensor.Of([Sure], 1, 1)).Item().ShouldBe(-Math.Log(0.75) - Math.Log(0.25), 1e-6);
    }

    [Fact]
    public void Certainty_keeps_it_finite()
    {
        AdversarialLoss.Discriminator(Tensor.Of([-500f], 1, 1), Tensor.Of([-500f], 1, 1)).Item().ShouldBe(500, 1e-3);
        AdversarialLoss.Generator(Tensor.Of([500f], 1, 1)).Item().ShouldBe(0, 1e-6);
    }

    [Fact]
    public void Its_gradient_does_not_vanish_where_the_discriminator_is_sure()
    {
        var fake = Tensor.Of([-8f, 0], 2, 1);
        fake.RequiresGrad = true;

        // -(1 - D) a picture, over two.
        Autograd.Gradients(AdversarialLoss.Generator(fake), [fake])[0].ToArray().ShouldBe([-0.49983f, -0.25f], 1e-5);
    }
}
