using Revisage.Torch;
using Revisage.Training.Losses;

namespace Revisage.Training.Tests.Losses;

[Trait("Category", "torch")]
public sealed class PerceptualLossTests : IDisposable
{
    private readonly TensorScope scope = new();

    public void Dispose() => scope.Dispose();

    [Fact]
    public void Each_layers_mean_squared_difference_counts_once()
    {
        var (few, many) = (Tensor.Of([1f, 2], 1, 2, 1, 1), Tensor.Of([1f, 1, 1, 1], 1, 1, 2, 2));

        // (1 + 4) / 2 of the first layer, 1 of the second.
        PerceptualLoss.Of([few, many], [few * 0, many * 2]).Item().ShouldBe(3.5, 1e-6);
    }

    [Fact]
    public void Equal_maps_lose_nothing()
    {
        var maps = Tensor.Of([1f, -2], 1, 2, 1, 1);

        PerceptualLoss.Of([maps, maps], [maps, maps]).Item().ShouldBe(0);
    }

    [Fact]
    public void Its_gradient_is_that_of_finite_differences() =>
        Gradient.ShouldBeThatOfFiniteDifferences(
            x => PerceptualLoss.Of([x, x * x], [Tensor.Zeros(1, 3, 1, 1), Tensor.Ones(1, 3, 1, 1)]), [0.5f, -1.5f, 2f], [1, 3, 1, 1]);

    [Fact]
    public void Layers_without_a_counterpart_are_refused() =>
        Should.Throw<ArgumentException>(() => PerceptualLoss.Of([Tensor.Ones(1)], [])).Message.ShouldStartWith("The maps of 1 layers cannot be compared with those of 0.");
}
