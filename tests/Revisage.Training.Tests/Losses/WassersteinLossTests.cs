using Revisage.Torch;
using Revisage.Training.Losses;

namespace Revisage.Training.Tests.Losses;

[Trait("Category", "torch")]
public sealed class WassersteinLossTests : IDisposable
{
    private readonly TensorScope scope = new();

    public void Dispose() => scope.Dispose();

    [Fact]
    public void The_critic_gains_by_scoring_true_faces_higher() =>
        WassersteinLoss.Critic(sr: Tensor.Of([1f, 3], 2, 1), hr: Tensor.Of([4f, 6], 2, 1)).Item().ShouldBe(2 - 5, 1e-6);

    [Fact]
    public void Equal_scores_are_worth_nothing_to_the_critic()
    {
        var scores = Tensor.Of([1f, 3], 2, 1);

        WassersteinLoss.Critic(scores, scores).Item().ShouldBe(0);
    }

    [Fact]
    public void The_generator_gains_by_high_scores() => WassersteinLoss.Generator(Tensor.Of([1f, 3], 2, 1)).Item().ShouldBe(-2, 1e-6);

    [Fact]
    public void Drift_is_the_mean_square_and_0_at_0()
    {
        WassersteinLoss.Drift(Tensor.Of([1f, 3], 2, 1)).Item().ShouldBe(5, 1e-6);
        WassersteinLoss.Drift(Tensor.Zeros(2, 1)).Item().ShouldBe(0);
    }

    [Fact]
    public void Their_gradients_are_those_of_finite_differences()
    {
        float[] at = [1, -3];
        Gradient.ShouldBeThatOfFiniteDifferences(scores => WassersteinLoss.Critic(scores, scores * scores), at, [2, 1]);
        Gradient.ShouldBeThatOfFiniteDifferences(WassersteinLoss.Generator, at, [2, 1]);
        Gradient.ShouldBeThatOfFiniteDifferences(WassersteinLoss.Drift, at, [2, 1]);
    }
}
