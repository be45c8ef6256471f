using Revisage.Torch;
using Revisage.Training.Losses;

namespace Revisage.Training.Tests.Losses;

[Trait("Category", "torch")]
public sealed class ParsingMapLossTests : IDisposable
{
    private readonly TensorScope scope = new();

    public void Dispose() => scope.Dispose();

    [Fact]
    public void All_three_channels_are_compared_with_the_one_map()
    {
        var estimated = Tensor.Of([1f, 0, 0.5f, 0.5f, 1, 2], 1, 3, 1, 2);

        // Skin on the left alone: 0, 0; 0.25, 0.25; 0, 4.
        ParsingMapLoss.Of(estimated, Tensor.Of([1f, 0], 1, 1, 1, 2)).Item().ShouldBe(4.5 / 6, 1e-6);
    }

    [Fact]
    public void The_true_map_thrice_loses_nothing()
    {
        var skin = Tensor.Of([1f, 0.25f], 1, 1, 1, 2);

        ParsingMapLoss.Of(skin.Expand(1, 3, 1, 2), skin).Item().ShouldBe(0);
    }

    [Fact]
    public void Its_gradient_is_that_of_finite_differences() =>
        Gradient.ShouldBeThatOfFiniteDifferences(x => ParsingMapLoss.Of(x, Tensor.Of([0.5f], 1, 1, 1, 1)), [0.2f, 1.4f, -0.3f], [1, 3, 1, 1]);
}
