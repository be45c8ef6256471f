using Revisage.Torch;
using Revisage.Training.Losses;

namespace Revisage.Training.Tests.Losses;

[Trait("Category", "torch")]
public sealed class HeatmapLossTests : IDisposable
{
    private readonly TensorScope scope = new();

    public void Dispose() => scope.Dispose();

    [Fact]
    public void Heatmaps_are_normalised_over_all_landmarks_of_one_face()
    {
        // From 1 to 5 over both maps of the first face, from -2 to 0 of the second.
        var heatmaps = Tensor.Of([1f, 2, 3, 5, -2, -1, 0, -1], 2, 2, 1, 2);

        HeatmapLoss.Normalized(heatmaps).ToArray().ShouldBe([0, 0.25f, 0.5f, 1, 0, 0.5f, 1, 0.5f]);
    }

    [Fact]
    public void Heatmaps_of_one_value_become_0() =>
        HeatmapLoss.Normalized(Tensor.Full(0.3, 1, 2, 2, 2)).ToArray().ShouldBe(new float[8]);

    [Fact]
    public void It_is_the_mean_squared_difference_of_the_normalised()
    {
        var sr = Tensor.Of([0f, 2, 1, 0], 1, 2, 1, 2);                      // 0, 1, 0.5, 0
        var hr = Tensor.Of([1f, 2, 1, 1], 1, 2, 1, 2);                      // 0, 1, 0, 0

        HeatmapLoss.Of(sr, hr).Item().ShouldBe(0.25 / 4, 1e-6);
    }

    [Fact]
    public void Heatmaps_that_differ_by_range_alone_lose_nothing()
    {
        var heatmaps = Tensor.Of([0.5f, 2, 1, 0], 1, 2, 1, 2);

        HeatmapLoss.Of(heatmaps * 3 + 1, heatmaps).Item().ShouldBe(0, 1e-12);
    }

    [Fact]
    public void Its_gradient_is_that_of_finite_differences() =>
        Gradient.ShouldBeThatOfFiniteDifferences(
            sr => HeatmapLoss.Of(sr, Tensor.Of([0f, 0.2f, 0.9f, 1, 0.4f, 0.1f], 1, 2, 1, 3)), [0.5f, -1f, 0.3f, 1f, 0.7f, 2f], [1, 2, 1, 3]);
}
