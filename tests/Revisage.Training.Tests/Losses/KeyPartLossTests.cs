using Revisage.Torch;
using Revisage.Training.Losses;

namespace Revisage.Training.Tests.Losses;

[Trait("Category", "torch")]
public sealed class KeyPartLossTests : IDisposable
{
    private readonly TensorScope scope = new();

    public void Dispose() => scope.Dispose();

    /// <summary>Errors of 1, 2 and 3 in a row of four pixels; one part has the first two, the other the third.</summary>
    [Fact]
    public void A_part_counts_by_its_mean_error_however_small_it_is()
    {
        var sr = Tensor.Of([1f, 2, 3, 9], 1, 1, 1, 4);
        var masks = Tensor.Of([1f, 1, 0, 0, 0, 0, 1, 0], 1, 2, 1, 4);

        KeyPartLoss.Pixels(sr, Tensor.Zeros(1, 1, 1, 4), masks).Item().ShouldBe((1 + 4) / 2.0 + 9, 1e-5);
    }

    [Fact]
    public void Each_face_has_masks_of_its_own_and_parts_that_are_not_seen_count_for_nothing()
    {
        var sr = Tensor.Of([1f, 2, 3, 4], 2, 1, 1, 2);
        var masks = Tensor.Of([1f, 0, 0, 0], 2, 1, 1, 2);

        // 1 of the first face, nothing of the second.
        KeyPartLoss.Pixels(sr, Tensor.Zeros(2, 1, 1, 2), masks).Item().ShouldBe(0.5, 1e-6);
    }

    [Fact]
    public void Colours_count_as_their_mean() =>
        KeyPartLoss.Pixels(Tensor.Of([1f, 2, 3], 1, 3, 1, 1), Tensor.Zeros(1, 3, 1, 1), Tensor.Ones(1, 1, 1, 1)).Item().ShouldBe(14 / 3.0, 1e-5);

    [Fact]
    public void The_true_face_loses_nothing()
    {
        var hr = Tensor.Of([1f, 2], 1, 1, 1, 2);

        KeyPartLoss.Pixels(hr, hr, Tensor.Ones(1, 4, 1, 2)).Item().ShouldBe(0);
    }

    [Fact]
    public void Its_gradient_is_that_of_finite_differences() =>
        Gradient.ShouldBeThatOfFiniteDifferences(
            sr => KeyPartLoss.Pixels(sr, Tensor.Ones(1, 1, 1, 3), Tensor.Of([1f, 1, 0, 0, 1, 0], 1, 2, 1, 3)), [0.2f, 1.4f, 7], [1, 1, 1, 3]);

    [Fact]
    public void Masking_leaves_one_part_of_one_face_at_a_time()
    {
        var faces = Tensor.Of([1f, 2, 3, 4, 5, 6, 7, 8], 2, 2, 1, 2);      // two faces of two channels
        var masks = Tensor.Of([1f, 0, 0, 1, 1, 1, 0, 0], 2, 2, 1, 2);

        var masked = KeyPartLoss.Masked(faces, masks);

        masked.Shape.ShouldBe([4, 2, 1, 2]);
        masked.ToArray().ShouldBe([1, 0, 3, 0, 0, 2, 0, 4, 5, 6, 7, 8, 0, 0, 0, 0]);
    }
}
