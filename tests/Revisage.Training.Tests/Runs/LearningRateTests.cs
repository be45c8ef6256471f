using Revisage.Training.Runs;

namespace Revisage.Training.Tests.Runs;

public class LearningRateTests
{
    [Fact]
    public void Alone_a_peak_is_constant()
    {
        var rate = new LearningRate { Peak = 0.5 };

        rate.At(0, 100).ShouldBe(0.5);
        rate.At(99, 100).ShouldBe(0.5);
    }

    [Theory]
    [InlineData(0, 0.25)]
    [InlineData(1, 0.5)]
    [InlineData(3, 1)]
    [InlineData(4, 1)]
    public void Warmup_rises_in_equal_steps_to_the_peak(long iteration, double expected) =>
        new LearningRate { Peak = 1, Warmup = 4 }.At(iteration, 100).ShouldBe(expected, 1e-12);

    [Theory]
    [InlineData(0, 0.02)]
    [InlineData(49, 0.02)]
    [InlineData(50, 0.2)]
    [InlineData(99, 0.2)]
    [InlineData(100, 1)]
    public void Warmup_shares_are_held_for_equal_parts_of_it(long iteration, double expected) =>
        new LearningRate { Peak = 1, Warmup = 100, WarmupShares = [0.02, 0.2] }.At(iteration, 1000).ShouldBe(expected, 1e-12);

    [Theory]
    [InlineData(9, 1)]
    [InlineData(10, 0.99)]
    [InlineData(29, 0.9801)]
    public void The_decay_falls_once_an_epoch(long iteration, double expected) =>
        new LearningRate { Peak = 1, Decay = 0.99, DecayEvery = 10 }.At(iteration, 100).ShouldBe(expected, 1e-12);

    [Theory]
    [InlineData(9, 1)]
    [InlineData(10, 0.1)]
    [InlineData(19, 0.1)]
    [InlineData(20, 0.01)]
    public void Each_milestone_multiplies_from_its_own_iteration_on(long iteration, double expected) =>
        new LearningRate { Peak = 1, Milestones = [10, 20], Factor = 0.1 }.At(iteration, 100).ShouldBe(expected, 1e-12);

    [Theory]
    [InlineData(4, 1)]
    [InlineData(54, 0.6)]    // half of the way: (1 + 0.2) / 2
    [InlineData(104, 0.2)]
    public void The_cosine_falls_from_the_warmups_end_to_its_floor(long iteration, double expected) =>
        new LearningRate { Peak = 1, Warmup = 4, CosineFloor = 0.2 }.At(iteration, 104).ShouldBe(expected, 1e-12);

    [Fact]
    public void The_cosine_never_rises()
    {
        var rate = new LearningRate { Peak = 1, Warmup = 5, CosineFloor = 0.01 };

        Enumerable.Range(5, 95).Select(iteration => rate.At(iteration, 100)).ShouldBeInOrder(SortDirection.Descending);
    }

    [Fact]
    public void A_warmup_longer_than_the_training_still_rises() => new LearningRate { Peak = 1, Warmup = 10 }.At(4, 5).ShouldBe(0.5);
}
