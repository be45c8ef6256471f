using Revisage.Torch;
using Revisage.Training.Losses;

namespace Revisage.Training.Tests.Losses;

[Trait("Category", "torch")]
public sealed class GradientPenaltyTests : IDisposable
{
    private readonly TensorScope scope = new();

    public void Dispose() => scope.Dispose();

    [Fact]
    public void A_slope_of_5_is_4_too_steep()
    {
        var weights = Tensor.Of([3f, 4], 1, 1, 1, 2);

        GradientPenalty.Of(Linear(weights), Faces(0, 0), Faces(1, 2)).Item().ShouldBe(16, 1e-4);
    }

    [Fact]
    public void A_slope_of_1_costs_nothing()
    {
        var weights = Tensor.Of([0.6f, 0.8f], 1, 1, 1, 2);

        GradientPenalty.Of(Linear(weights), Faces(0, 0), Faces(1, 2)).Item().ShouldBe(0, 1e-9);
    }

    [Fact]
    public void A_critic_without_a_slope_learns_all_the_same()
    {
        var weights = Tensor.Zeros(1, 1, 1, 2);
        weights.RequiresGrad = true;

        var penalty = GradientPenalty.Of(Linear(weights), Faces(0, 0), Faces(1, 2));

        penalty.Item().ShouldBe(1, 1e-5);
        Autograd.Gradients(penalty, [weights])[0].IsFinite().ShouldBeTrue();
    }

    /// <summary>D = x², of slope 2x: at three quarters and at one quarter of the way from 0 to 2, of 3 and of 1.</summary>
    [Fact]
    public void Each_face_is_mixed_by_a_share_of_its_own()
    {
        var (sr, hr) = (Tensor.Zeros(2, 1, 1, 1), Tensor.Full(2, 2, 1, 1, 1));
        var shares = Tensor.Of([0.75f, 0.25f], 2, 1, 1, 1);

        GradientPenalty.Of(x => x * x, sr, hr, shares).Item().ShouldBe(((3 - 1) * (3 - 1) + 0) / 2.0, 1e-5);
    }

    [Fact]
    public void Shares_are_drawn_anew_for_each_face_between_true_and_made()
    {
        Tensor? seen = null;
        _ = GradientPenalty.Of(x => (seen = x) * 1.0, Tensor.Zeros(64, 3, 2, 2), Tensor.Ones(64, 3, 2, 2));

        var shares = seen.ShouldNotBeNull().ToArray().Chunk(12).ToArray();
        shares.ShouldAllBe(face => face.All(value => value == face[0]) && face[0] >= 0 && face[0] < 1);
        shares.Select(face => face[0]).Distinct().Count().ShouldBeGreaterThan(60);
        shares.Min(face => face[0]).ShouldBeLessThan(0.2f);
        shares.Max(face => face[0]).ShouldBeGreaterThan(0.8f);
    }

    /// <summary>Through two derivatives: of a critic of x³ w.</summary>
    [Fact]
    public void Its_gradient_by_the_critics_weights_is_that_of_finite_differences() =>
        Gradient.ShouldBeThatOfFiniteDifferences(
            weights => GradientPenalty.Of(x => (x * x * x * weights).Sum([1, 2, 3]), Faces(0.5f, -1), Faces(1, 2), Tensor.Of([0.5f], 1, 1, 1, 1)),
            [0.7f, -0.4f], [1, 1, 1, 2]);

    [Fact]
    public void It_teaches_the_critic_alone()
    {
        var sr = Faces(0, 0);
        sr.RequiresGrad = true;
        var weights = Tensor.Of([3f, 4], 1, 1, 1, 2);
        weights.RequiresGrad = true;

        Should.Throw<TorchException>(() => Autograd.Gradients(GradientPenalty.Of(Linear(weights), sr, Faces(1, 2)), [sr]));
    }

    private static Func<Tensor, Tensor> Linear(Tensor weights) => x => (x * weights).Sum([1, 2, 3]);

    private static Tensor Faces(params float[] values) => Tensor.Of(values, 1, 1, 1, 2);
}
