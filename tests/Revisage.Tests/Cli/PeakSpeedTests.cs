using Revisage.Cli;

namespace Revisage.Tests.Cli;

public class PeakSpeedTests
{
    [Fact]
    public void A_processor_does_more_than_scalar_arithmetic_could()
    {
        // Scalar fused multiply-adds at 5 GHz on two units: 20e9 operations a second at most; and no core does 1e12.
        PeakSpeed.Measure(threads: 1, rounds: 1, secondsPerRound: 0.05).ShouldBeInRange(20e9, 1e12);
    }
}
