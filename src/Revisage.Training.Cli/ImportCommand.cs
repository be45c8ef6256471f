using System.CommandLine;
using System.Globalization;
using Revisage.Cli;
using Revisage.Training.Import;

namespace Revisage.Training.Cli;

internal static class ImportCommand
{
    public static Command Create()
    {
        var file = new Argument<string>("file") { Description = "A file of torch.save (.pth, .pt, .ckpt, .pkl), or the prefix or .index of a TensorFlow checkpoint." };
        var output = new Option<string?>("--output", "-o") { Description = "Where the arrays are written.", HelpName = "WEIGHTS.safetensors" };
        var list = new Option<bool>("--list") { Description = "Say what the file holds: name, type and shape of each array, and its other values." };
        var whole = new Option<bool>("--whole-module") { Description = "The file holds a whole network, not its state dict: take objects of its classes as data. No code is run either way." };
        var command = new Command("import", LearningCommands.Describe("import")) { file, output, list, whole };
        command.Validators.Add(result =>
        {
            if (result.GetValue(output) is null && !result.GetValue(list))
            {
                result.AddError("Say where to write with -o, or what there is with --list.");
            }
        });
        command.SetAction(parsed =>
        {
            var checkpoint = ImportedCheckpoint.Read(parsed.GetRequiredValue(file), parsed.GetValue(whole));
            var report = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(list))
            {
                foreach (var imported in checkpoint.Arrays)
                {
                    report.WriteLine($"{imported.Path}  {imported.Array.Type}  {string.Join('x', imported.Array.Shape)}");
                }

                foreach (var (name, value) in checkpoint.Metadata)
                {
                    report.WriteLine($"{name} = {string.Concat(value.Select(letter => char.IsControl(letter) ? '?' : letter))}");
                }
            }

            if (parsed.GetValue(output) is { } path)
            {
                checkpoint.Save(path);
                report.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{path}: {checkpoint.Arrays.Count} arrays, {checkpoint.Arrays.Sum(imported => (long)imported.Array.Bytes.Length):N0} bytes"));
            }

            return ExitCode.Done;
        });
        return command;
    }
}
