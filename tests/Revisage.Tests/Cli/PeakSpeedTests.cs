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
}
