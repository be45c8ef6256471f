using Revisage.Torch;
using Revisage.Training.Losses;
using Revisage.Training.Runs;

namespace Revisage.Training.Tests.Runs;

[Trait("Category", "torch")]
public sealed class CriticAlternationTests : IDisposable
{
    private readonly TensorScope scope = new();

    public void Dispose() => scope.Dispose();

    [Fact]
    public void The_critic_learns_from_every_batch_and_the_generator_from_the_last_alone()
    {
        var weight = Tensor.Ones(1);
        weight.RequiresGrad = true;
        var told = new List<string>();

        var losses = CriticAlternation.Step(
            3,
            batch => weight * batch,
            (batch, made) =>
            {
                told.Add($"critic {batch} of {made.Item()}, {(made.RequiresGrad ? "with" : "without")} gradients");
                return new LossTerms().Add("critic", 1, made.Detach());
            },
            made =>
            {
                told.Add($"generator of {made.Item()}");
                return new LossTerms().Add("pixel", 1, made);
            });

        told.ShouldBe(["critic 0 of 0, without gradients", "critic 1 of 1, without gradients", "critic 2 of 2, with gradients", "generator of 2"]);
        losses.Values().Select(loss => loss.Name).ShouldBe(["pixel", "critic"]);
    }
}
