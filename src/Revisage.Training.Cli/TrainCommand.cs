using System.CommandLine;
using System.Globalization;
using Revisage.Cli;
using Revisage.Torch;
using Revisage.Training.Torch;
using Revisage.Training.Training;

namespace Revisage.Training.Cli;

internal static class TrainCommand
{
    public static Command Create()
    {
        var recipe = new Argument<string?>("recipe") { Description = "A recipe of recipes/ by name, or a YAML file. Left out with --resume.", Arity = ArgumentArity.ZeroOrOne };
        var data = new Option<string>("--data") { Description = "A folder of aligned faces whose index.csv has the splits train and val.", HelpName = "DIR", Required = true };
        var poor = new Option<string?>("--low-quality") { Description = "A folder of real poor faces, prepared with --low-quality, for the recipes that learn from such.", HelpName = "DIR" };
        var vgg = new Option<string?>("--vgg") { Description = "A file of torchvision's VGG weights for perceptual losses, in the place of face-features.", HelpName = "FILE" };
        var run = new Option<string?>("--output", "-o") { Description = "The run's folder. The default is runs/RECIPE.", HelpName = "RUN" };
        var set = new Option<string[]>("--set") { Description = "Override a key of the recipe, such as learning_rate.peak=1e-4. May be repeated.", HelpName = "KEY=VALUE", Arity = ArgumentArity.OneOrMore };
        var resume = new Option<bool>("--resume") { Description = "Go on from the run folder's checkpoint, with its recipe and what --set changes in it." };
        var precision = new Option<Precision?>("--precision") { Description = "bf16 or fp32; the default is the recipe's." };
        var device = new Option<string>("--device") { Description = "cpu or cuda.", DefaultValueFactory = _ => "cpu" };
        device.AcceptOnlyFromAmong("cpu", "cuda");
        var threads = new Option<int?>("--threads") { Description = "Threads of one operator. The default is one a core; results repeat only at one count.", HelpName = "N" };
        var profile = new Option<bool>("--profile") { Description = "At the end, the time spent by operator." };
        var command = new Command("train", LearningCommands.Describe("train")) { recipe, data, poor, vgg, run, set, resume, precision, device, threads, profile };
        command.Validators.Add(result =>
        {
            if (result.GetValue(recipe) is null && !(result.GetValue(resume) && result.GetValue(run) is not null))
            {
                result.AddError("Name a recipe, or with --resume the run's folder by -o.");
            }
        });

        // Synchronous: LibTorch stays on the main thread (see TrainingLoop).
        command.SetAction((parsed, stop) => TorchErrors.Translate(() =>
        {
            var name = parsed.GetValue(recipe);
            var folder = parsed.GetValue(run) ?? Path.Combine("runs", Path.GetFileNameWithoutExtension(name!));
            var options = new TrainingRunOptions(parsed.GetRequiredValue(data), folder)
            {
                Device = DeviceOf(parsed.GetRequiredValue(device)),
                Threads = parsed.GetValue(threads),
                LowQuality = parsed.GetValue(poor),
            };
            var error = parsed.InvocationConfiguration.Error;
            using var report = new Report(error);
            options = options with { Decoding = report.Decoded };
            using var operators = parsed.GetValue(profile) ? new OperatorProfile() : null;
            string[] changes = [.. parsed.GetValue(set) ?? [], .. parsed.GetValue(vgg) is { } weights ? [$"perceptual.vgg={Path.GetFullPath(weights)}"] : Array.Empty<string>(), .. parsed.GetValue(precision) is { } chosen ? [$"precision={chosen}"] : Array.Empty<string>()];
            var end = parsed.GetValue(resume)
                ? TrainingRun.Resume(options with { Overrides = changes }, report, stop)
                : TrainingRun.Start(RecipeFile.Load(name!, RecipesFolder(), changes), options, report, stop);
            report.Dispose();
            foreach (var (op, calls, time) in operators?.Rows ?? [])
            {
                error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds,9:F1} s  {calls,9} calls  {op}"));
            }

            error.WriteLine(end == TrainingEnd.Complete
                ? $"Done. Ship it by: revisage export {Path.Combine(folder, "best.safetensors")} -o MODEL.onnx; the last state is checkpoint.safetensors"
                : $"Stopped; '{folder}' holds a checkpoint. Go on by: revisage train --resume -o {folder} --data {options.Data}{(options.LowQuality is { } faces ? $" --low-quality {faces}" : "")}");
            return end == TrainingEnd.Complete ? ExitCode.Done : ExitCode.Interrupted;
        }));
        return command;
    }

    private static Device DeviceOf(string name) => name == "cpu" ? Device.Cpu
        : TorchSettings.HasCuda ? Device.Cuda()
        : throw new MissingComponentException(
            $"'--device cuda' needs a LibTorch with CUDA, but this one ({TorchSettings.Version}) has none. Build the bridge against one: LIBTORCH=FOLDER native/torch/build.sh.");

    private static string RecipesFolder() => Path.Combine(Checkout.Root ?? AppContext.BaseDirectory, "recipes");

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
