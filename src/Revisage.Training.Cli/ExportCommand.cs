using System.CommandLine;
using System.Globalization;
using Revisage.Cli;
using Revisage.Training.Onnx;

namespace Revisage.Training.Cli;

internal static class ExportCommand
{
    public static Command Create()
    {
        var checkpoint = new Argument<string>("checkpoint") { Description = "A checkpoint.safetensors or best.safetensors of a run." };
        var output = new Option<string>("--output", "-o") { Description = "The .onnx file; its card is written beside it, and it is named after it.", HelpName = "MODEL.onnx", Required = true };
        var command = new Command("export", LearningCommands.Describe("export")) { checkpoint, output };
        command.SetAction((parsed, _) => TorchErrors.Translate(() =>
        {
            var exported = ModelExport.Write(parsed.GetRequiredValue(checkpoint), parsed.GetRequiredValue(output));
            parsed.InvocationConfiguration.Output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{exported.Path}: {exported.Card.Method}, {exported.Card.Input} to {exported.Card.Output}; ONNX Runtime and LibTorch differ by {exported.LargestDifference:G2} at most (images in [0, 1])"));
            return ExitCode.Done;
        }));
        return command;
    }
}
