using System.CommandLine;

namespace Revisage.Cli.Commands;

internal static class UpscaleCommand
{
    public static Command Create()
    {
        var command = new Command("upscale", "Enlarge aligned face crops with a model.");
        return command;
    }
}
