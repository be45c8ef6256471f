using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Revisage.Imaging;
using Revisage.Restoration;

namespace Revisage.Cli.Commands;

internal static class BenchCommand
{
    private const int Batch = 16;
    private const double ShortestSeconds = 0.01;
    private const double LongestSeconds = 3600;

    /// <summary>How fast a model is here.</summary>
    /// <param name="Precision">What it computes in, int8 or fp32.</param>
    /// <param name="LatencyMs">Of one face alone: the median.</param>
    /// <param name="FacesPerSecond">In batches of 16.</param>
    /// <param name="PeakMemoryMb">Of the whole process.</param>
    /// <param name="PeakGflops">What the processors reach at most on 32-bit floats, the best of what was measured before and after.</param>
    /// <param name="PeakSpread">By how much what was measured before and after differ, as a share of the best: much where something else runs.</param>
    /// <param name="ShareOfPeak">Of the batches, above 1 where integers are faster than floats can be; null if the card has no count of multiply-adds.</param>
    internal sealed record Speed(
        string Model, string Precision, int Threads, double LoadMs, double LatencyMs, double FacesPerSecond, double PeakMemoryMb, double PeakGflops, double PeakSpread, double? ShareOfPeak);

    public static Command Create()
    {
        var model = ModelChoice.Option("An installed model or an exported file. The default is that of upscale.");
        var threads = ModelChoice.Threads();
        var seconds = new Option<double>("--seconds") { Description = "How long each measurement takes.", HelpName = "S", DefaultValueFactory = _ => 3 }.Within(ShortestSeconds, LongestSeconds);
        var json = new JsonOption();
        var command = new Command("bench", "Speed of a model here: faces/s, latency, memory, share of the machine's measured peak.")
        {
            model, threads, seconds, json.Option,
        };
        command.SetAction((parsed, cancel) =>
        {
            var error = parsed.InvocationConfiguration.Error;
            var stored = ModelChoice.Find(parsed.GetValue(model), error);
            OutputFiles.Check([stored.Path, stored.CardPath], json.File(parsed));
            error.WriteLine("Measuring; anything else that runs now shows in the result.");
            var speed = Measure(stored, parsed.GetValue(threads), TimeSpan.FromSeconds(parsed.GetValue(seconds)), cancel);
            json.Write(parsed, () => JsonSerializer.Serialize(speed, CliJson.Default.Speed), output => Print(speed, output));
            return Task.FromResult(ExitCode.Done);
        });
        return command;
    }

    private static Speed Measure(StoredModel stored, int threads, TimeSpan time, CancellationToken cancel)
    {
        var before = PeakSpeed.MeasureSteady(threads, cancel);
        var started = Stopwatch.GetTimestamp();
        using var restorer = FaceRestorer.Open(stored, new OnnxOptions { Threads = threads });
        var load = Stopwatch.GetElapsedTime(started);

        var random = new Random(1);
        var faces = Enumerable.Range(0, Batch).Select(_ => Noise(random, restorer.Card.Input)).ToList();
        var guide = Noise(random, restorer.Card.Output);
        var one = MedianSeconds([faces[0]], guide, restorer, time, cancel);
        var many = MedianSeconds(faces, guide, restorer, time, cancel);
        var after = PeakSpeed.MeasureSteady(threads, cancel);
        var peak = Math.Max(before, after);
        var operations = 2.0 * restorer.Card.MultiplyAdds * Batch / many;
        using var process = Process.GetCurrentProcess();
        return new Speed(
            restorer.Card.Name, restorer.Card.Precision, threads, load.TotalMilliseconds, 1000 * one, Batch / many, process.PeakWorkingSet64 / 1e6, peak / 1e9,
            1 - Math.Min(before, after) / peak, operations / peak);
    }

    private static Image Noise(Random random, PixelSize size) =>
        new(size.Width, size.Height, [.. Enumerable.Range(0, 3 * size.Width * size.Height).Select(_ => random.NextSingle())]);

    /// <param name="guide">For the models that need one.</param>
    private static double MedianSeconds(IReadOnlyList<Image> faces, Image guide, FaceRestorer restorer, TimeSpan time, CancellationToken cancel)
    {
        IReadOnlyList<Image> guides = [.. Enumerable.Repeat(guide, faces.Count)];
        // The first runs choose kernels and allocate.
        for (var i = 0; i < 3; i++)
        {
            Restore();
        }

        var seconds = new List<double>();
        var begun = Stopwatch.GetTimestamp();
        while (seconds.Count < 5 || Stopwatch.GetElapsedTime(begun) < time)
        {
            var started = Stopwatch.GetTimestamp();
            Restore();
            seconds.Add(Stopwatch.GetElapsedTime(started).TotalSeconds);
        }

        seconds.Sort();
        return seconds[seconds.Count / 2];

        void Restore() => _ = restorer.Card.NeedsGuide ? restorer.Restore(faces, guides, cancel) : restorer.Restore(faces, cancel);
    }

    private static void Print(Speed speed, TextWriter output)
    {
        string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
        output.WriteLine(Text($"{speed.Model} in {speed.Precision} on {speed.Threads} threads"));
        output.WriteLine(Text($"  loading      {speed.LoadMs:0} ms"));
        output.WriteLine(Text($"  one face     {speed.LatencyMs:0.0} ms"));
        output.WriteLine(Text($"  throughput   {speed.FacesPerSecond:0.0} faces/s in batches of {Batch}"));
        output.WriteLine(Text($"  memory       {speed.PeakMemoryMb:0} MB at most"));
        output.WriteLine(speed.ShareOfPeak is { } share
            ? Text($"  arithmetic   {share:P0} of the {speed.PeakGflops:0} GFLOP/s that the processors reach at most on 32-bit floats (before and after within {speed.PeakSpread:P0})")
            : Text($"  arithmetic   the processors reach {speed.PeakGflops:0} GFLOP/s at most; the model's card has no count to compare"));
    }
}
