using Revisage.Torch;
using Revisage.Training.Losses;

namespace Revisage.Training.Tests.Losses;

[Trait("Category", "torch")]
public sealed class FaceStructureLossTests : IDisposable
{
    private readonly TensorScope scope = new();

    public void Dispose() => scope.Dispose();

    [Fact]
    public void Every_stack_counts_alike()
    {
        var truth = Tensor.Of([1f, 0, 0, 0.5f], 1, 4, 1, 1);
        var rough = Tensor.Of([0f, 0, 0, 0], 1, 4, 1, 1);
        var better = Tensor.Of([1f, 0, 0, 0], 1, 4, 1, 1);

        FaceStructureLoss.Of([rough, better, truth], truth).Item().ShouldBe((1 + 0.25) / 4 + 0.25 / 4);
    }

    [Fact]
    public void Its_gradient_leads_each_stack_to_the_truth()
    {
        var truth = Tensor.Of([1f, 0, 0, 0], 1, 4, 1, 1);
        var (first, last) = (Tensor.Of([0f, 0, 0, 1], 1, 4, 1, 1), Tensor.Of([1f, 0, 0, 0], 1, 4, 1, 1));
        first.RequiresGrad = true;
        last.RequiresGrad = true;

        var gradients = Autograd.Gradients(FaceStructureLoss.Of([first, last], truth), [first, last]);

        gradients[0].ToArray().ShouldBe([-0.5f, 0, 0, 0.5f]);       // 2 (0 - 1) / 4
        gradients[1].ToArray().ShouldAllBe(value => value == 0);
    }
}
