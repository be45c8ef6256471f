using System.CommandLine;
using System.Globalization;
using Revisage.Cli;
using Revisage.Cli.Learning;
using Revisage.Data;
using Revisage.Evaluation;
using Revisage.Restoration;
using Revisage.Training.Onnx;
using Revisage.Training.Onnx.Int8;

namespace Revisage.Training.Cli;

internal static class ExportCommand
{
    public static Command Create()
    {
        var syntax = new ExportSyntax();
        syntax.Command.SetAction((parsed, cancel) => TorchErrors.Translate(() =>
        {
            var output = parsed.GetRequiredValue(syntax.Output);
            OutputFiles.RequireExtension("-o", output, ".onnx", "a model");
            OutputFiles.Check([parsed.GetRequiredValue(syntax.Checkpoint)], new("-o", output), new("-o", Path.ChangeExtension(output, ".json")));
            if (parsed.GetValue(syntax.Int8))
            {
                WriteInt8(parsed, syntax, output, cancel);
                return ExitCode.Done;
            }

            var exported = ModelExport.Write(parsed.GetRequiredValue(syntax.Checkpoint), output, parsed.GetValue(syntax.Part));
            parsed.InvocationConfiguration.Output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{exported.Path}: {exported.Card.Method}, {(exported.Card.Task == ModelTask.Detection ? "photographs of any size" : $"{exported.Card.Input} to {exported.Card.Output}")}; ONNX Runtime and LibTorch differ by {exported.LargestDifference:G2} at most, of what the output reaches"));
            var protocol = exported.Card.NeedsGuide ? Protocol.Revisage8xGuided : Protocol.Revisage8x;
            if (parsed.GetValue(syntax.Data) is { } faces && !exported.ComparesBy(protocol))
            {
                var lowQuality = parsed.GetValue(syntax.LowQuality) is { } set ? FaceSources.Open(set) : null;
                var measured = ModelExport.MeasureByMethod(parsed.GetRequiredValue(syntax.Checkpoint), exported, FaceSources.Open(faces), lowQuality);
                parsed.InvocationConfiguration.Output.WriteLine(
                    $"{measured.Images} {(exported.Card.Task == ModelTask.Detection ? "photographs" : "faces")}{(measured.Split is null ? "" : $", split {measured.Split}")}: {string.Join(", ", measured.Measures!.Select(measure => string.Create(CultureInfo.InvariantCulture, $"{measure.Key} {measure.Value}")))}");
            }
            else if (parsed.GetValue(syntax.Data) is { } folder)
            {
                var result = ModelExport.Measure(exported, FaceSet.Open(folder), protocol, progress: null, cancel);
                parsed.InvocationConfiguration.Output.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{result.Protocol}, {result.Images} faces{(result.Split is null ? "" : $", split {result.Split}")}: PSNR {result.Psnr:F2} dB ({result.Psnr - result.BicubicPsnr:+0.00;-0.00} over bicubic), SSIM {result.Ssim:F4} ({result.Ssim - result.BicubicSsim:+0.0000;-0.0000})"));
            }

            return ExitCode.Done;
        }));
        return syntax.Command;
    }

    private static void WriteInt8(ParseResult parsed, ExportSyntax syntax, string output, CancellationToken cancel)
    {
        var source = parsed.GetRequiredValue(syntax.Checkpoint);
        if (Path.GetExtension(source) != ".onnx")
        {
            throw new UsageException($"--int8 is made of an exported model, but '{source}' does not end in .onnx. Export it without --int8 first, then name what that wrote.");
        }

        if (parsed.GetValue(syntax.Part) is not null || parsed.GetValue(syntax.LowQuality) is not null)
        {
            throw new UsageException("--method and --low-quality are for checkpoints. Leave them out with --int8.");
        }

        var set = FaceSet.Open(parsed.GetValue(syntax.Data) ?? throw new UsageException("--int8 measures the ranges of activations on training faces. Name a folder of such with --data DIR."), cancel);
        var full = ModelStore.Default.Find(source);
        var exported = Int8Export.Write(full, output, set, options: null, cancel);
        var quantization = exported.Card.Quantization!;
        parsed.InvocationConfiguration.Output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{exported.Path}: {quantization.Precision} of '{quantization.Of}', {quantization.Convolutions} convolutions; {quantization.CalibrationFaces} training faces, {quantization.Share} of the activations within their ranges"));
        var result = ModelExport.Measure(exported, set, Int8Export.ProtocolOf(full.Card), progress: null, cancel, full);
        parsed.InvocationConfiguration.Output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{result.Protocol}, {result.Images} faces{(result.Split is null ? "" : $", split {result.Split}")}: PSNR {result.Psnr:F3} dB, {result.PsnrLost:F4} dB less than '{quantization.Of}'; SSIM {result.Ssim:F4}, {result.SsimLost:F5} less"));
    }
}
