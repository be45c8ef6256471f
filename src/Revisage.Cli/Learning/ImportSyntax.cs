using System.CommandLine;

namespace Revisage.Cli.Learning;

/// <summary>What <c>import</c> takes.</summary>
public sealed class ImportSyntax
{
    public ImportSyntax()
    {
        Method.OneOf(Methods);
        Command = new Command("import", LearningCommands.Describe("import")) { File, Output, Method, Second, Side, Licence, List, Whole };
        Command.Validators.Add(result =>
        {
            if (result.GetValue(File) is null && !AtHand.Contains(result.GetValue(Method)))
                result.AddError("Name the file of the weights.");
            if (!result.Given(Output) && !result.Given(List))
                result.AddError("Say where to write with -o, or what there is with --list.");
            if (!result.Given(Method) && (result.Given(Second) || result.Given(Side)))
                result.AddError("--with and --side are about a network: name it with --method.");
        });
    }

    /// <summary>The methods whose authors' files are known.</summary>
    public static IReadOnlyList<string> Methods { get; } = ["progressive", "gwainet", "low-to-high", "fan", "distilled-fan", "face-parser", "resnet18", "lpips-alex", "lpips-vgg", "inception"];

    /// <summary>Those whose weights come with what training is built of, so that no file need be named.</summary>
    public static IReadOnlyList<string> AtHand { get; } = ["resnet18"];

    public Command Command { get; }

    public Argument<string?> File { get; } = new("file")
    {
        Description = $"A file of torch.save (.pth, .pt, .ckpt, .pkl), or the prefix or .index of a TensorFlow checkpoint. May be left out with --method {string.Join(", ", AtHand)}, whose weights come with what training is built of.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    public Option<string?> Output { get; } = new("--output", "-o") { Description = "Where the arrays are written, or with --method the model.", HelpName = "WEIGHTS.safetensors|MODEL.onnx" };

    public Option<string?> Method { get; } = new("--method") { Description = $"Write the network of this method with the file's weights as ONNX: {string.Join(", ", Methods)}.", HelpName = "ID" };

    public Option<string?> Second { get; } = new("--with") { Description = "With --method: a second file, where the weights are published in two (LPIPS's).", HelpName = "FILE" };

    public Option<int?> Side { get; } = new("--side") { Description = "With --method: the side of the faces that a metric's network will look at. The default is 128.", HelpName = "N" };

    public Option<string?> Licence { get; } = new("--licence") { Description = "With --method: the terms of the weights, for the model's card.", HelpName = "TEXT" };

    public Option<bool> List { get; } = new("--list") { Description = "Say what the file holds: name, type and shape of each array, and its other values." };

    public Option<bool> Whole { get; } = new("--whole-module") { Description = "The file holds a whole network, not its state dict: take objects of its classes as data. No code is run either way." };
}
