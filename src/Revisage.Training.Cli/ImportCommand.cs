using System.CommandLine;
using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;
using Revisage.Cli;
using Revisage.Cli.Learning;
using Revisage.Restoration;
using Revisage.Torch;
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
            var known = MethodCatalog.All.OfType<ImportedMethod>().FirstOrDefault(one => one.Id == parsed.GetValue(syntax.Method));
            var checkpoint = ImportedCheckpoint.Read(parsed.GetValue(syntax.File) ?? known!.PublishedFile(), parsed.GetValue(syntax.Whole));
            var report = parsed.InvocationConfiguration.Output;
            CheckFinite(checkpoint, isModel: parsed.GetValue(syntax.Method) is not null, parsed.InvocationConfiguration.Error);
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
                if (rest is not null)
                {
                    CheckFinite(rest, isModel: true, parsed.InvocationConfiguration.Error);
                }

                var sources = string.Join(" and ", new[] { checkpoint, rest }.OfType<ImportedCheckpoint>().Select(read => $"'{Path.GetFileName(read.Source)}'"));
                var data = known?.Terms ?? new TrainingData($"not known here; weights imported from {sources}", "unknown; ask those who published the weights");
                var terms = parsed.GetValue(syntax.Licence) is { } own ? data with { Licence = own } : data;
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
        }).GetAwaiter().GetResult());
        return syntax.Command;
    }

    // A network with one such weight gives nothing but such numbers.
    private static void CheckFinite(ImportedCheckpoint checkpoint, bool isModel, TextWriter error)
    {
        string[] broken = [.. checkpoint.Arrays.Where(imported => !IsFinite(imported.Array)).Select(imported => imported.Path)];
        if (broken.Length == 0)
        {
            return;
        }

        var what = $"'{checkpoint.Source}' has values that are infinite or no numbers in {broken.Length} of {checkpoint.Arrays.Count} arrays (first: '{broken[0]}')";
        if (isModel)
        {
            throw new RevisageException($"{what}, so its network would give no faces. Fetch the weights again, or take an earlier checkpoint.");
        }

        error.WriteLine($"{what}.");
    }

    private static bool IsFinite(StoredArray array) => array.Type switch
    {
        ScalarType.Float => AllFinite<float>(array),
        ScalarType.Double => AllFinite<double>(array),
        ScalarType.Half => AllFinite<Half>(array),
        // The upper half of a float: infinite and no number where all bits of the exponent are set.
        ScalarType.BFloat16 => !MemoryMarshal.Cast<byte, ushort>(array.Bytes.Span).ToArray().Any(bits => (bits & 0x7F80) == 0x7F80),
        _ => true,
    };

    private static bool AllFinite<T>(StoredArray array)
        where T : struct, INumberBase<T>
    {
        foreach (var value in MemoryMarshal.Cast<byte, T>(array.Bytes.Span))
        {
            if (!T.IsFinite(value))
            {
                return false;
            }
        }

        return true;
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

        string[] read = [.. parsed.GetValue(syntax.File) is { } file ? [file, file + ".index", file + ".data-00000-of-00001"] : Array.Empty<string>(), .. parsed.GetValue(syntax.Second) is { } second ? [second] : Array.Empty<string>()];
        OutputFiles.Check(read, new("-o", output), new("-o", isModel ? Path.ChangeExtension(output, ".json") : null));
    }
}
