using System.CommandLine;

namespace Revisage.Cli.Commands;

internal static class UpscaleCommand
{
    public static Command Create()
    {
        var output = new Option<string>("--output", "-o") { Description = "Where to write.", Required = true };
        var faces = new Argument<string[]>("face") { Arity = ArgumentArity.OneOrMore };
        var command = new Command("upscale", "Enlarge aligned face crops with a model.") { faces, output };
        return command;
    }
}
