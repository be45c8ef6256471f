using Revisage.Cli;

namespace Revisage.Tests.Cli;

public class PeakSpeedTests
{
    [Fact]
    public void A_processor_does_more_than_one_sum_could()
    {
        // A sum that waits for itself, at four cycles of 5 GHz a step, makes 2.5e9; no core makes 1e12.
        PeakSpeed.Measure(threads: 1, rounds: 1, secondsPerRound: 0.05).ShouldBeInRange(2.5e9, 1e12);
    }

    [Fact]
    public void A_measurement_is_repeated_until_it_is_steady()
    {
        // Something else runs at first; five rounds then bring no more than a hundredth.
        var rounds = new Queue<double>([200, 150, 210, 180, 400, 402, 399, 300, 398, 401, 900]);

        PeakSpeed.Steady(rounds.Dequeue, default).ShouldBe(402);
        rounds.ShouldBe([900]);
    }

    [Fact]
    public void Of_one_that_never_is_the_best_is_taken_after_a_while()
    {
        var round = 0;

        PeakSpeed.Steady(() => Math.Pow(1.1, ++round), default).ShouldBe(Math.Pow(1.1, 60));
    }

    [Fact]
    public void It_stops_when_cancelled() =>
        Should.Throw<OperationCanceledException>(() => PeakSpeed.Steady(() => 1, new CancellationToken(canceled: true)));
}
