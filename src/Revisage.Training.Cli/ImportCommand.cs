using System.CommandLine;
using System.Globalization;
using Revisage.Cli;
using Revisage.Cli.Learning;
using Revisage.Restoration;
using Revisage.Training.Import;
using Revisage.Training.Methods;
using Revisage.Training.Onnx;

namespace Revisage.Training.Cli;

internal static class ImportCommand
{
    public static Command Create()
    {
        var syntax = new ImportSyntax();
        syntax.Command.SetAction(parsed => TorchErrors.Translate(() =>
        {
            CheckOutput(parsed, syntax);
            var checkpoint = ImportedCheckpoint.Read(parsed.GetRequiredValue(syntax.File), parsed.GetValue(syntax.Whole));
            var report = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(syntax.List))
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

            if (parsed.GetValue(syntax.Method) is { } id && parsed.GetValue(syntax.Output) is { } model)
            {
                var rest = parsed.GetValue(syntax.Second) is { } path ? ImportedCheckpoint.Read(path, parsed.GetValue(syntax.Whole)) : null;
                var sources = string.Join(" and ", new[] { checkpoint, rest }.OfType<ImportedCheckpoint>().Select(read => $"'{Path.GetFileName(read.Source)}'"));
                var terms = new TrainingData($"not known here; weights imported from {sources}", parsed.GetRequiredValue(syntax.Licence));
                var exported = ModelExport.Import(checkpoint, id, terms, model, rest, parsed.GetValue(syntax.Side));
                report.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{exported.Path}: {exported.Card.Method}, {exported.Card.Input} to {exported.Card.Output}; ONNX Runtime and LibTorch differ by {exported.LargestDifference:G2} at most, of what the output reaches"));
            }
            else if (parsed.GetValue(syntax.Output) is { } arrays)
            {
                checkpoint.Save(arrays);
                report.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{arrays}: {checkpoint.Arrays.Count} arrays, {checkpoint.Arrays.Sum(imported => (long)imported.Array.Bytes.Length):N0} bytes"));
            }

            return ExitCode.Done;
        }));
        return syntax.Command;
    }

    private static void CheckOutput(ParseResult parsed, ImportSyntax syntax)
    {
        if (parsed.GetValue(syntax.Output) is not { } output)
        {
            return;
        }

        var isModel = parsed.GetValue(syntax.Method) is not null;
        if (isModel)
        {
            OutputFiles.RequireExtension("-o", output, ".onnx", "the model that --method makes");
        }
        else
        {
            OutputFiles.RequireExtension("-o", output, ".safetensors", "what arrays are written to without --method");
        }

        var file = parsed.GetRequiredValue(syntax.File);
        string[] read = [file, file + ".index", file + ".data-00000-of-00001", .. parsed.GetValue(syntax.Second) is { } second ? [second] : Array.Empty<string>()];
        OutputFiles.Check(read, new("-o", output), new("-o", isModel ? Path.ChangeExtension(output, ".json") : null));
    }
}
