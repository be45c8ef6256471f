using System.CommandLine;
using System.Globalization;
using Revisage.Cli;
using Revisage.Evaluation;
using Revisage.Training.Data;
using Revisage.Training.Onnx;

namespace Revisage.Training.Cli;

internal static class ExportCommand
{
    public static Command Create()
    {
        var checkpoint = new Argument<string>("checkpoint") { Description = "A checkpoint.safetensors or best.safetensors of a run." };
        var output = new Option<string>("--output", "-o") { Description = "The .onnx file; its card is written beside it, and it is named after it.", HelpName = "MODEL.onnx", Required = true };
        var data = new Option<string?>("--data") { Description = "Measure the model on this folder's test faces, or where it has none its validation faces, and put the result into its card.", HelpName = "DIR" };
        var part = new Option<string?>("--method") { Description = "Of a run that trains several networks, the method whose network is wanted, such as high-to-low of a run of low-to-high.", HelpName = "ID" };
        var poor = new Option<string?>("--low-quality") { Description = "With --data: real poor faces, for the methods that are measured by such.", HelpName = "DIR" };
        var command = new Command("export", LearningCommands.Describe("export")) { checkpoint, output, data, part, poor };
        command.SetAction((parsed, cancel) => TorchErrors.Translate(() =>
        {
            var exported = ModelExport.Write(parsed.GetRequiredValue(checkpoint), parsed.GetRequiredValue(output), parsed.GetValue(part));
            parsed.InvocationConfiguration.Output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{exported.Path}: {exported.Card.Method}, {exported.Card.Input} to {exported.Card.Output}; ONNX Runtime and LibTorch differ by {exported.LargestDifference:G2} at most, of what the output reaches"));
            var protocol = exported.Card.NeedsGuide ? Protocol.Revisage8xGuided : Protocol.Revisage8x;
            if (parsed.GetValue(data) is { } faces && !exported.ComparesBy(protocol))
            {
                var lowQuality = parsed.GetValue(poor) is { } set ? FaceSources.Open(set) : null;
                var measured = ModelExport.MeasureByMethod(parsed.GetRequiredValue(checkpoint), exported, FaceSources.Open(faces), lowQuality);
                parsed.InvocationConfiguration.Output.WriteLine(
                    $"{measured.Images} faces, split {measured.Split}: {string.Join(", ", measured.Measures!.Select(measure => string.Create(CultureInfo.InvariantCulture, $"{measure.Key} {measure.Value}")))}");
            }
            else if (parsed.GetValue(data) is { } folder)
            {
                var result = ModelExport.Measure(exported, FaceSet.Open(folder), protocol, progress: null, cancel);
                parsed.InvocationConfiguration.Output.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{result.Protocol}, {result.Images} faces{(result.Split is null ? "" : $", split {result.Split}")}: PSNR {result.Psnr:F2} dB ({result.Psnr - result.BicubicPsnr:+0.00;-0.00} over bicubic), SSIM {result.Ssim:F4} ({result.Ssim - result.BicubicSsim:+0.0000;-0.0000})"));
            }

            return ExitCode.Done;
        }));
        return command;
    }
}
