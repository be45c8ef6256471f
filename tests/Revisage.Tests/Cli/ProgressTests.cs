using Revisage.Cli;

namespace Revisage.Tests.Cli;

public sealed class ProgressTests : IDisposable
{
    private readonly StringWriter output = new();
    private readonly Clock clock = new();

    public void Dispose() => output.Dispose();

    [Fact]
    public void Short_work_shows_nothing()
    {
        using (var progress = On(terminal: true, total: 10))
        {
            progress.Advance(10);
        }

        output.ToString().ShouldBeEmpty();
    }

    [Fact]
    public void A_terminal_shows_a_bar_with_rate_and_time_left_and_clears_it()
    {
        using (var progress = On(terminal: true, total: 400))
        {
            clock.Seconds = 10;
            progress.Advance(100);
            output.ToString().ShouldBe("\r[######..................] upscaling 100 of 400 faces, 10.0/s, 30 s left\e[K");
        }

        output.ToString().ShouldEndWith("\r\e[K");
    }

    [Fact]
    public void A_terminal_is_redrawn_at_most_ten_times_a_second()
    {
        using var progress = On(terminal: true, total: 400);
        clock.Seconds = 1;
        progress.Advance();
        var first = output.ToString();
        clock.Seconds = 1.05;
        progress.Advance();

        output.ToString().ShouldBe(first);
    }

    [Fact]
    public void Elsewhere_there_is_a_plain_line_every_ten_seconds()
    {
        using var progress = On(terminal: false, total: 100_000);
        for (var second = 1; second <= 25; second++)
        {
            clock.Seconds = second;
            progress.Advance(10, "loss 0.0123");
        }

        output.ToString().ShouldBe(string.Concat(
            $"upscaling 100 of 100,000 faces, 10.0/s, 2 h 46 min left, loss 0.0123{Environment.NewLine}",
            $"upscaling 200 of 100,000 faces, 10.0/s, 2 h 46 min left, loss 0.0123{Environment.NewLine}"));
        output.Lines().ShouldBeEmpty("tests of commands leave these lines out");
    }

    [Fact]
    public void A_line_between_takes_the_bars_place()
    {
        using var progress = On(terminal: true, total: 4);
        clock.Seconds = 1;
        progress.Advance();
        progress.WriteLine("'a.png' is empty.");

        output.ToString().ShouldEndWith($"\r\e[K'a.png' is empty.{Environment.NewLine}");
    }

    private Progress On(bool terminal, long total) => new("upscaling", "faces", total, output, terminal, color: false, clock);

    private sealed class Clock : TimeProvider
    {
        public double Seconds { get; set; }

        public override long TimestampFrequency => 1000;

        public override long GetTimestamp() => (long)(Seconds * 1000);
    }
}
