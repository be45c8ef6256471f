using Revisage.Torch;
using Revisage.Training.Losses;

namespace Revisage.Training.Tests.Losses;

[Trait("Category", "torch")]
public sealed class HingeLossTests : IDisposable
{
    private readonly TensorScope scope = new();

    public void Dispose() => scope.Dispose();

    [Fact]
    public void Only_scores_on_the_wrong_side_of_1_and_minus_1_cost_the_discriminator()
    {
        var real = Tensor.Of([3f, 0.5f], 2, 1);       // 0 and 0.5
        var made = Tensor.Of([-2f, 1f], 2, 1);        // 0 and 2

        HingeLoss.Discriminator(real, made).Item().ShouldBe(0.25 + 1, 1e-6);
        HingeLoss.Discriminator(Tensor.Of([1f], 1, 1), Tensor.Of([-1f], 1, 1)).Item().ShouldBe(0);
    }

    [Fact]
    public void The_discriminator_learns_from_wrong_scores_alone()
    {
        var real = Tensor.Of([3f, 0.5f], 2, 1);
        var made = Tensor.Of([-2f, 1f], 2, 1);
        (real.RequiresGrad, made.RequiresGrad) = (true, true);

        var gradients = Autograd.Gradients(HingeLoss.Discriminator(real, made), [real, made]);

        gradients[0].ToArray().ShouldBe([0, -0.5f]);
        gradients[1].ToArray().ShouldBe([0, 0.5f]);
    }

    [Fact]
    public void The_generator_gains_with_every_score() =>
        HingeLoss.Generator(Tensor.Of([-2f, 5f], 2, 1)).Item().ShouldBe(-1.5, 1e-6);
}
