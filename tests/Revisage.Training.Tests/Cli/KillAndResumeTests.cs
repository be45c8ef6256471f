using System.Diagnostics;
using Revisage.Imaging;
using Revisage.Torch;
using Revisage.Training.Runs;

namespace Revisage.Training.Tests.Cli;

/// <summary>Training as a user runs it, in processes of its own, on pictures made here.</summary>
[Trait("Category", "torch")]
public sealed class KillAndResumeTests : IDisposable
{
    private static readonly string[] Recipe =
    [
        "method: edsr", "iterations: 300", "batch: 2", "precision: fp32",
        "network: { channels: 4, blocks: 1 }",
        "report: { log_every: 10, validate_every: 100, validation_images: 2, checkpoint_every: 7, picture_rows: 1 }",
    ];

    private readonly string folder = Directory.CreateTempSubdirectory("revisage-kill").FullName;

    public KillAndResumeTests()
    {
        var random = new Random(1);
        var index = new List<string> { "file,set,split,hr" };
        for (var i = 0; i < 10; i++)
        {
            var pixels = new float[3 * 128 * 128];
            var (left, top) = (random.Next(20, 60), random.Next(20, 60));
            for (var at = 0; at < pixels.Length; at++)
            {
                var (x, y) = (at % 128, at / 128 % 128);
                pixels[at] = x > left && x < left + 50 && y > top && y < top + 50 ? (float)random.NextDouble() : at / (128f * 128 * 3);
            }

            ImageFile.Save(new Image(128, 128, pixels), Path.Combine(folder, $"{i}.png"));
            index.Add($"{i}.png,made,{(i < 8 ? "train" : "val")},128");
        }

        File.WriteAllLines(Path.Combine(folder, "index.csv"), index);
        File.WriteAllLines(Path.Combine(folder, "tiny.yaml"), Recipe);
    }

    [Fact]
    public void A_run_killed_at_any_moment_and_resumed_reaches_the_same_weights_to_the_last_bit()
    {
        var whole = Path.Combine(folder, "whole");
        var killed = Path.Combine(folder, "killed");
        Run(Train(whole)).ShouldBe(0);

        using (var process = Train(killed))
        {
            var checkpoint = Path.Combine(killed, "checkpoint.safetensors");
            while (!File.Exists(checkpoint) && !process.HasExited)
            {
                Thread.Sleep(5);
            }

            Thread.Sleep(Random.Shared.Next(300));
            process.Kill();
            process.WaitForExit();
        }

        Run(Train(killed, "--resume")).ShouldBe(0);

        var expected = Arrays(whole);
        var actual = Arrays(killed);
        actual.Select(array => array.Name).ShouldBe(expected.Select(array => array.Name));
        foreach (var (one, other) in expected.Zip(actual))
        {
            other.Bytes.Span.SequenceEqual(one.Bytes.Span).ShouldBeTrue($"'{one.Name}' differs");
        }
    }

    [Fact]
    public void An_interrupted_run_ends_with_a_checkpoint_of_that_moment()
    {
        var run = Path.Combine(folder, "interrupted");
        using var process = Train(run, "--set", "iterations=100000", "--set", "report.checkpoint_every=100000");
        var log = Path.Combine(run, "train.log");
        while (!(File.Exists(log) && File.ReadAllText(log).Contains("step ", StringComparison.Ordinal)) && !process.HasExited)
        {
            Thread.Sleep(5);
        }

        using (var kill = Process.Start("kill", ["-INT", process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]))
        {
            kill.WaitForExit();
        }

        process.WaitForExit(TimeSpan.FromSeconds(60)).ShouldBeTrue();

        process.ExitCode.ShouldBe(130);
        Checkpoint.Load(Path.Combine(run, "checkpoint.safetensors")).State.Iteration.ShouldBeGreaterThan(0);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private Process Train(string run, params string[] more)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "Revisage.Training.Cli.dll");
        string[] what = more.Contains("--resume") ? [] : [Path.Combine(folder, "tiny.yaml")];
        var start = new ProcessStartInfo("dotnet", [program, "train", .. what, "--data", folder, "-o", run, .. more]) { RedirectStandardError = true };
        var process = Process.Start(start)!;
        // Read, or a full pipe would stop the run.
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        return process;
    }

    private static int Run(Process process)
    {
        using (process)
        {
            process.WaitForExit();
            return process.ExitCode;
        }
    }

    private static IReadOnlyList<StoredArray> Arrays(string run) =>
        Safetensors.Read(File.ReadAllBytes(Path.Combine(run, "checkpoint.safetensors"))).Arrays;
}
