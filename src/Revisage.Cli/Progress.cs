using System.Globalization;

namespace Revisage.Cli;

/// <summary>
/// How far a long piece of work is, on standard error: a bar with rate and time left on a terminal, otherwise a
/// plain line now and then. Quiet while the work is short.
/// </summary>
/// <remarks>Not for several threads at once.</remarks>
public sealed class Progress : IDisposable
{
    private static readonly TimeSpan Redraw = TimeSpan.FromSeconds(0.1);
    private static readonly TimeSpan PlainLine = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(0.5);

    private readonly string what;
    private readonly string unit;
    private readonly long total;
    private readonly long first;
    private readonly TextWriter output;
    private readonly bool terminal;
    private readonly bool color;
    private readonly TimeProvider time;
    private readonly long started;
    private long shown;
    private long done;
    private bool drawn;

    /// <param name="what">What is done, such as "upscaling".</param>
    /// <param name="unit">What is counted, such as "faces".</param>
    /// <param name="output">The command's standard error.</param>
    /// <param name="first">What an earlier run has done already.</param>
    public Progress(string what, string unit, long total, TextWriter output, long first = 0)
        : this(what, unit, total, output, ReferenceEquals(output, Console.Error) && !Console.IsErrorRedirected, UsesColor, TimeProvider.System)
    {
        done = this.first = first;
    }

    internal Progress(string what, string unit, long total, TextWriter output, bool terminal, bool color, TimeProvider time)
    {
        (this.what, this.unit, this.total) = (what, unit, total);
        (this.output, this.terminal, this.color, this.time) = (output, terminal, color, time);
        started = shown = time.GetTimestamp();
    }

    /// <summary>Whether standard error may have colours: a terminal, and NO_COLOR (no-color.org) not set.</summary>
    public static bool UsesColor =>
        !Console.IsErrorRedirected
        && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"))
        && Environment.GetEnvironmentVariable("TERM") != "dumb";

    /// <summary>Counts <paramref name="count"/> more as done, with <paramref name="detail"/> (such as a loss) at the line's end.</summary>
    public void Advance(long count = 1, string? detail = null)
    {
        done += count;
        var wait = !terminal ? PlainLine : drawn ? Redraw : Short;
        if (time.GetElapsedTime(shown) < wait)
        {
            return;
        }

        shown = time.GetTimestamp();
        if (terminal)
        {
            output.Write("\r" + Bar() + State(detail) + "\e[K");
            drawn = true;
        }
        else
        {
            output.WriteLine(State(detail));
        }
    }

    /// <summary>A line of its own, above the bar.</summary>
    public void WriteLine(string line)
    {
        Clear();
        output.WriteLine(line);
    }

    public void Dispose() => Clear();

    private void Clear()
    {
        if (drawn)
        {
            output.Write("\r\e[K");
            drawn = false;
        }
    }

    private string Bar()
    {
        const int width = 24;
        var filled = (int)(width * done / Math.Max(total, 1));
        var (on, off) = color ? ("\e[32m", "\e[0m") : ("", "");
        return $"{on}[{new string('#', filled)}{new string('.', width - filled)}]{off} ";
    }

    private string State(string? detail)
    {
        var seconds = time.GetElapsedTime(started).TotalSeconds;
        var rate = (done - first) / Math.Max(seconds, 1e-9);
        var left = TimeSpan.FromSeconds(Math.Ceiling((total - done) / Math.Max(rate, 1e-9)));
        var state = string.Create(
            CultureInfo.InvariantCulture, $"{what} {done:N0} of {total:N0} {unit}, {rate:0.0}/s, {Readable(left)} left");
        return detail is null ? state : $"{state}, {detail}";
    }

    private static string Readable(TimeSpan time) => time switch
    {
        { TotalHours: >= 1 } => $"{(int)time.TotalHours} h {time.Minutes} min",
        { TotalMinutes: >= 1 } => $"{time.Minutes} min {time.Seconds} s",
        _ => $"{time.Seconds} s",
    };
}
