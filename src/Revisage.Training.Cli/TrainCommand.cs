using System.CommandLine;
using System.Globalization;
using Revisage.Cli;
using Revisage.Cli.Learning;
using Revisage.Torch;
using Revisage.Training.Runs;

namespace Revisage.Training.Cli;

internal static class TrainCommand
{
    public static Command Create()
    {
        var syntax = new TrainSyntax();

        // Synchronous: LibTorch stays on the main thread (see TrainingLoop).
        syntax.Command.SetAction((parsed, stop) => TorchErrors.Translate(() =>
        {
            var name = parsed.GetValue(syntax.Recipe);
            var folder = parsed.GetValue(syntax.Run) ?? Path.Combine("runs", Path.GetFileNameWithoutExtension(name!));
            var options = new TrainingRunOptions(parsed.GetRequiredValue(syntax.Data), folder)
            {
                Device = DeviceOf(parsed.GetRequiredValue(syntax.Device)),
                Threads = parsed.GetValue(syntax.Threads),
                LowQuality = parsed.GetValue(syntax.LowQuality),
            };
            if (RealPath.AreSame(options.Data, folder))
            {
                throw new UsageException($"-o '{folder}' is the folder of the faces. Name another for the run.");
            }

            var error = parsed.InvocationConfiguration.Error;
            using var report = new Report(error);
            options = options with { Decoding = report.Decoded };
            using var operators = parsed.GetValue(syntax.Profile) ? new OperatorProfile() : null;
            string[] changes = [.. parsed.GetValue(syntax.Set) ?? [], .. parsed.GetValue(syntax.Vgg) is { } weights ? [$"perceptual.vgg={Path.GetFullPath(weights)}"] : Array.Empty<string>(), .. parsed.GetValue(syntax.Precision) is { } chosen ? [$"precision={chosen}"] : Array.Empty<string>()];
            var end = parsed.GetValue(syntax.Resume)
                ? Alone(folder, () => TrainingRun.Resume(options with { Overrides = changes }, report, stop))
                : Start(RecipeFile.Load(name!, TrainSyntax.RecipesFolder, changes));
            report.Dispose();
            foreach (var (op, calls, time) in operators?.Rows ?? [])
            {
                error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds,9:F1} s  {calls,9} calls  {op}"));
            }

            error.WriteLine(end == TrainingEnd.Complete
                ? $"Done. Ship it by: revisage export {Path.Combine(folder, "best.safetensors")} -o MODEL.onnx; the last state is checkpoint.safetensors"
                : $"Stopped; '{folder}' holds a checkpoint. Go on by: revisage train --resume -o {folder} --data {options.Data}{(options.LowQuality is { } faces ? $" --low-quality {faces}" : "")}");
            return end == TrainingEnd.Complete ? ExitCode.Done : ExitCode.Interrupted;

            TrainingEnd Start(Recipe recipe) => Alone(folder, () => TrainingRun.Start(recipe, options, report, stop));
        }));
        return syntax.Command;
    }

    /// <summary>Trains while no other process trains into the folder; one that fails before its first checkpoint leaves nothing.</summary>
    private static TrainingEnd Alone(string folder, Func<TrainingEnd> train)
    {
        using var alone = RunLock.Take(folder);
        try
        {
            return train();
        }
        catch
        {
            alone.Clear();
            throw;
        }
    }

    private static Device DeviceOf(string name) => name == "cpu" ? Device.Cpu
        : TorchSettings.HasCuda ? Device.Cuda()
        : throw new MissingComponentException(
            $"'--device cuda' needs a LibTorch with CUDA, but this one ({TorchSettings.Version}) has none. Build the bridge against one: LIBTORCH=FOLDER native/torch/build.sh.");

    /// <summary>One bar for decoding, then one for training, with validations as lines above it.</summary>
    private sealed class Report(TextWriter error) : ITrainingObserver, IDisposable
    {
        private readonly Lock gate = new();
        private Progress? decoding;
        private Progress? training;
        private long last;

        public void Decoded(int done, int total)
        {
            lock (gate)
            {
                decoding ??= new Progress("decoding", "faces", total, error);
                decoding.Advance();
            }
        }

        public void Logged(TrainingProgress progress)
        {
            if (training is null)
            {
                decoding?.Dispose();
                training = new Progress("training", "iterations", progress.Iterations, error, progress.Iteration - 1);
                last = progress.Iteration - 1;
            }

            var losses = string.Join("  ", progress.Losses.Select(loss => string.Create(CultureInfo.InvariantCulture, $"{loss.Name} {loss.Value:F4}")));
            training.Advance(progress.Iteration - last, string.Create(CultureInfo.InvariantCulture, $"{losses}, {progress.ImagesPerSecond:F0} images/s"));
            last = progress.Iteration;
        }

        public void Entered(string phase)
        {
            Dispose();
            (decoding, training) = (null, null);
            error.WriteLine($"Phase {phase}:");
        }

        public void Validated(long iteration, ValidationResult result, bool best)
        {
            var line = string.Create(CultureInfo.InvariantCulture, $"{iteration}: {result}{(best ? ", best so far" : "")}");
            if (training is null)
            {
                error.WriteLine(line);
            }
            else
            {
                training.WriteLine(line);
            }
        }

        public void Dispose()
        {
            decoding?.Dispose();
            training?.Dispose();
        }
    }
}
