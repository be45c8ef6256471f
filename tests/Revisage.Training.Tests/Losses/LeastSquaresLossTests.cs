using Revisage.Torch;
using Revisage.Training.Losses;

namespace Revisage.Training.Tests.Losses;

[Trait("Category", "torch")]
public sealed class LeastSquaresLossTests : IDisposable
{
    private readonly TensorScope scope = new();

    public void Dispose() => scope.Dispose();

    [Fact]
    public void A_generator_wants_scores_of_1()
    {
        LeastSquaresLoss.Generator(Tensor.Of([1f, 1], 1, 1, 1, 2)).Item().ShouldBe(0);
        LeastSquaresLoss.Generator(Tensor.Of([0f, 3], 1, 1, 1, 2)).Item().ShouldBe((1 + 4) / 2.0);
    }

    [Fact]
    public void A_discriminator_wants_1_for_real_and_0_for_made()
    {
        LeastSquaresLoss.Discriminator(Tensor.Of([1f], 1, 1), Tensor.Of([0f], 1, 1)).Item().ShouldBe(0);
        LeastSquaresLoss.Discriminator(Tensor.Of([0.5f], 1, 1), Tensor.Of([2f], 1, 1)).Item().ShouldBe((0.25 + 4) / 2);
    }

    [Fact]
    public void Its_gradients_lead_there()
    {
        var (real, fake) = (Tensor.Of([0.5f], 1, 1), Tensor.Of([2f, 0], 2, 1));
        real.RequiresGrad = true;
        fake.RequiresGrad = true;

        var gradients = Autograd.Gradients(LeastSquaresLoss.Discriminator(real, fake), [real, fake]);

        gradients[0].ToArray().ShouldBe([-0.5f]);       // 1 (0.5 - 1)
        gradients[1].ToArray().ShouldBe([1f, 0]);       // 2 / 2
        Autograd.Gradients(LeastSquaresLoss.Generator(fake), [fake])[0].ToArray().ShouldBe([1f, -1]);
    }
}
