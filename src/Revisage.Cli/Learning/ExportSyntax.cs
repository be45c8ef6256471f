using System.CommandLine;

namespace Revisage.Cli.Learning;

/// <summary>What <c>export</c> takes.</summary>
public sealed class ExportSyntax
{
    public ExportSyntax() =>
        Command = new Command("export", LearningCommands.Describe("export")) { Checkpoint, Output, Data, Part, LowQuality, Int8 };

    public Command Command { get; }

    public Argument<string> Checkpoint { get; } = new("checkpoint") { Description = "A checkpoint.safetensors or best.safetensors of a run; with --int8 an exported .onnx file." };

    public Option<string> Output { get; } = new("--output", "-o") { Description = "The .onnx file; its card is written beside it, and it is named after it.", HelpName = "MODEL.onnx", Required = true };

    public Option<string?> Data { get; } = new("--data") { Description = "Measure the model on this folder's test faces, or where it has none its validation faces, and put the result into its card.", HelpName = "DIR" };

    public Option<string?> Part { get; } = new("--method") { Description = "Of a run that trains several networks, the method whose network is wanted, such as high-to-low of a run of low-to-high.", HelpName = "ID" };

    public Option<string?> LowQuality { get; } = new("--low-quality") { Description = "With --data: real poor faces, for the methods that are measured by such.", HelpName = "DIR" };

    public Option<bool> Int8 { get; } = new("--int8") { Description = "Of an exported model make one that computes in 8-bit integers; the ranges of its activations are measured on the training faces of --data." };
}
