using Revisage.Torch;
using Revisage.Training.Losses;

namespace Revisage.Training.Tests.Losses;

[Trait("Category", "torch")]
public sealed class IdentityLossTests : IDisposable
{
    private readonly TensorScope scope = new();

    public void Dispose() => scope.Dispose();

    [Fact]
    public void It_is_the_squared_distance_over_the_embeddings_length()
    {
        var sr = Tensor.Of([1f, 2, 3, 4, 0, 0, 0, 0], 2, 4);
        var hr = Tensor.Of([1f, 2, 5, 6, 0, 0, 0, 0], 2, 4);

        // (4 + 4) / 4 for the first face, 0 for the second.
        IdentityLoss.Of(sr, hr).Item().ShouldBe(1, 1e-6);
        IdentityLoss.Of(hr, hr).Item().ShouldBe(0);
    }

    [Fact]
    public void Its_gradient_draws_the_made_face_to_the_real_one()
    {
        var sr = Tensor.Of([1f, 3], 1, 2);
        sr.RequiresGrad = true;

        // d ((1 - 0)² + (3 - 5)²) / 2.
        Autograd.Gradients(IdentityLoss.Of(sr, Tensor.Of([0f, 5], 1, 2)), [sr])[0].ToArray().ShouldBe([1, -2]);
    }
}
