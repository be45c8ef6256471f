using Revisage.Torch;
using Revisage.Training.Losses;

namespace Revisage.Training.Tests.Losses;

[Trait("Category", "torch")]
public sealed class FacialAttentionLossTests : IDisposable
{
    private readonly TensorScope scope = new();

    public void Dispose() => scope.Dispose();

    [Fact]
    public void Only_pixels_under_a_heatmap_count_by_the_largest_of_them()
    {
        var hr = Tensor.Zeros(1, 1, 1, 3);
        var sr = Tensor.Of([0.5f, 0.9f, -0.4f], 1, 1, 1, 3);
        var heatmaps = Tensor.Of([1f, 0, 0.25f, 0.5f, 0, 0.5f], 1, 2, 1, 3);

        // (1 * 0.5 + 0 * 0.9 + 0.5 * 0.4) / 3
        FacialAttentionLoss.Of(sr, hr, heatmaps).Item().ShouldBe(0.7 / 3, 1e-6);
    }

    [Fact]
    public void All_colours_weigh_as_their_pixel() =>
        FacialAttentionLoss.Of(Tensor.Full(0.5, 1, 3, 1, 2), Tensor.Zeros(1, 3, 1, 2), Tensor.Of([1f, 0], 1, 1, 1, 2)).Item().ShouldBe(0.25, 1e-6);

    [Fact]
    public void The_true_face_loses_nothing()
    {
        var hr = Tensor.Of([0.5f, 0.9f], 1, 1, 1, 2);

        FacialAttentionLoss.Of(hr, hr, Tensor.Ones(1, 1, 1, 2)).Item().ShouldBe(0);
    }

    [Fact]
    public void Its_gradient_is_that_of_finite_differences() =>
        Gradient.ShouldBeThatOfFiniteDifferences(
            sr => FacialAttentionLoss.Of(sr, Tensor.Zeros(1, 3, 1, 1), Tensor.Of([0.4f, 0.8f], 1, 2, 1, 1)), [0.5f, -1f, 0.25f], [1, 3, 1, 1]);

    [Fact]
    public void Heatmaps_do_not_learn_to_look_away()
    {
        var heatmaps = Tensor.Of([0.4f], 1, 1, 1, 1);
        heatmaps.RequiresGrad = true;

        Should.Throw<TorchException>(() => Autograd.Gradients(FacialAttentionLoss.Of(Tensor.Ones(1, 1, 1, 1), Tensor.Zeros(1, 1, 1, 1), heatmaps), [heatmaps]));
    }
}
