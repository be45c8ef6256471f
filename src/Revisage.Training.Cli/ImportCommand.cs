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

    private static IEnumerable<string> AtHand => MethodCatalog.All.OfType<ImportedMethod>().Where(method => method.PublishedAt is not null).Select(method => method.Id);

    public static Command Create()
    {
        var file = new Argument<string?>("file")
        {
            Description = $"A file of torch.save (.pth, .pt, .ckpt, .pkl), or the prefix or .index of a TensorFlow checkpoint. May be left out with --method {string.Join(", ", AtHand)}, whose weights come with what training is built of.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var output = new Option<string?>("--output", "-o") { Description = "Where the arrays are written, or with --method the model.", HelpName = "WEIGHTS.safetensors|MODEL.onnx" };
        var method = new Option<string?>("--method") { Description = $"Write the network of this method with the file's weights as ONNX: {string.Join(", ", Published)}.", HelpName = "ID" };
        method.AcceptOnlyFromAmong([.. Published]);
        var second = new Option<string?>("--with") { Description = "With --method: a second file, where the weights are published in two (LPIPS's).", HelpName = "FILE" };
        var side = new Option<int?>("--side") { Description = "With --method: the side of the faces that a metric's network will look at. The default is 128.", HelpName = "N" };
        var licence = new Option<string?>("--licence") { Description = "With --method: the terms of the weights, for the model's card.", HelpName = "TEXT" };
        var list = new Option<bool>("--list") { Description = "Say what the file holds: name, type and shape of each array, and its other values." };
        var whole = new Option<bool>("--whole-module") { Description = "The file holds a whole network, not its state dict: take objects of its classes as data. No code is run either way." };
        var command = new Command("import", LearningCommands.Describe("import")) { file, output, method, second, side, licence, list, whole };
        command.Validators.Add(result =>
        {
            if (result.GetValue(file) is null && (result.GetValue(method) is not { } wanted || !AtHand.Contains(wanted)))
            {
                result.AddError("Name the file of the weights.");
            }

            if (result.GetValue(output) is null && !result.GetValue(list))
            {
                result.AddError("Say where to write with -o, or what there is with --list.");
            }

            if (result.GetValue(method) is null && (result.GetValue(second) is not null || result.GetValue(side) is not null))
            {
                result.AddError("--with and --side are about a network: name it with --method.");
            }
        });
        command.SetAction(parsed => TorchErrors.Translate(() =>
        {
            var known = MethodCatalog.All.OfType<ImportedMethod>().FirstOrDefault(one => one.Id == parsed.GetValue(method));
            var checkpoint = ImportedCheckpoint.Read(parsed.GetValue(file) ?? known!.PublishedFile(), parsed.GetValue(whole));
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
                var rest = parsed.GetValue(second) is { } path ? ImportedCheckpoint.Read(path, parsed.GetValue(whole)) : null;
                var sources = string.Join(" and ", new[] { checkpoint, rest }.OfType<ImportedCheckpoint>().Select(read => $"'{Path.GetFileName(read.Source)}'"));
                var data = known?.Terms ?? new TrainingData($"not known here; weights imported from {sources}", "unknown; ask those who published the weights");
                var terms = parsed.GetValue(licence) is { } own ? data with { Licence = own } : data;
                var exported = ModelExport.Import(checkpoint, id, terms, model, rest, parsed.GetValue(side));
                report.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{exported.Path}: {exported.Card.Method}, {exported.Card.Input} to {exported.Card.Output}; ONNX Runtime and LibTorch differ by {exported.LargestDifference:G2} at most, of what the output reaches"));
            }
            else if (parsed.GetValue(output) is { } arrays)
            {
                checkpoint.Save(arrays);
                report.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{arrays}: {checkpoint.Arrays.Count} arrays, {checkpoint.Arrays.Sum(imported => (long)imported.Array.Bytes.Length):N0} bytes"));
            }

            return ExitCode.Done;
        }));
        return command;
    }
}
