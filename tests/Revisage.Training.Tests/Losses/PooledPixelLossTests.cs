using Revisage.Torch;
using Revisage.Training.Losses;

namespace Revisage.Training.Tests.Losses;

[Trait("Category", "torch")]
public sealed class PooledPixelLossTests : IDisposable
{
    private readonly TensorScope scope = new();

    public void Dispose() => scope.Dispose();

    [Fact]
    public void A_pixel_is_compared_with_the_mean_of_those_it_stands_for()
    {
        var large = Tensor.Of([0f, 1, 4, 4, 1, 2, 4, 4], 1, 1, 2, 4);      // means 1 and 4
        var small = Tensor.Of([1f, 2], 1, 1, 1, 2);

        PooledPixelLoss.Of(small, large, 2).Item().ShouldBe((0 + 4) / 2.0, 1e-6);
    }
}
