using System.CommandLine;
using System.Globalization;
using Revisage.Cli;
using Revisage.Restoration;
using Revisage.Training.Import;
using Revisage.Training.Methods;
using Revisage.Training.Onnx;

namespace Revisage.Training.Cli;

internal static class ImportCommand
{
    private static IEnumerable<string> Published => MethodCatalog.All.Where(method => method.AuthorLayout is not null).Select(method => method.Id);

    public static Command Create()
    {
        var file = new Argument<string>("file") { Description = "A file of torch.save (.pth, .pt, .ckpt, .pkl), or the prefix or .index of a TensorFlow checkpoint." };
        var output = new Option<string?>("--output", "-o") { Description = "Where the arrays are written, or with --method the model.", HelpName = "WEIGHTS.safetensors|MODEL.onnx" };
        var method = new Option<string?>("--method") { Description = $"Write the network of this method with the file's weights as ONNX: {string.Join(", ", Published)}.", HelpName = "ID" };
        method.AcceptOnlyFromAmong([.. Published]);
        var licence = new Option<string>("--licence") { Description = "With --method: the terms of the weights, for the model's card.", HelpName = "TEXT", DefaultValueFactory = _ => "unknown; ask those who published the weights" };
        var list = new Option<bool>("--list") { Description = "Say what the file holds: name, type and shape of each array, and its other values." };
        var whole = new Option<bool>("--whole-module") { Description = "The file holds a whole network, not its state dict: take objects of its classes as data. No code is run either way." };
        var command = new Command("import", LearningCommands.Describe("import")) { file, output, method, licence, list, whole };
        command.Validators.Add(result =>
        {
            if (result.GetValue(output) is null && !result.GetValue(list))
            {
                result.AddError("Say where to write with -o, or what there is with --list.");
            }
        });
        command.SetAction(parsed => TorchErrors.Translate(() =>
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

            if (parsed.GetValue(method) is { } id && parsed.GetValue(output) is { } model)
            {
                var exported = ModelExport.Import(checkpoint, id, new TrainingData($"not known here; weights imported from '{Path.GetFileName(checkpoint.Source)}'", parsed.GetRequiredValue(licence)), model);
                report.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{exported.Path}: {exported.Card.Method}, {exported.Card.Input} to {exported.Card.Output}; ONNX Runtime and LibTorch differ by {exported.LargestDifference:G2} at most, of what the output reaches"));
            }
            else if (parsed.GetValue(output) is { } path)
            {
                checkpoint.Save(path);
                report.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{path}: {checkpoint.Arrays.Count} arrays, {checkpoint.Arrays.Sum(imported => (long)imported.Array.Bytes.Length):N0} bytes"));
            }

            return ExitCode.Done;
        }));
        return command;
    }
}
