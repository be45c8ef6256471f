using System.CommandLine;
using Revisage.Cli.Learning;

namespace Revisage.Cli;

/// <summary>
/// The commands of the learning tier, which need LibTorch or what makes training sets. This is their one list: help and
/// completions show them in all executables, and <c>./revisage</c> reads this file to see whether a command is one of them.
/// </summary>
public static class LearningCommands
{
    public static IReadOnlyList<LearningCommand> All { get; } =
    [
        new("prepare", "Make a training set of photographs or a dataset: crops, landmarks, parsing maps, identities.", () => new PrepareSyntax().Command),
        new("train", "Train a network by a recipe.", () => new TrainSyntax().Command),
        new("export", "Write a checkpoint's network as ONNX, with its card.", () => new ExportSyntax().Command),
        new("import", "Read weights of PyTorch or TensorFlow, and write them as safetensors.", () => new ImportSyntax().Command),
        new("samples", "Draw the faces of samples/, which show no real person.", () => new SamplesSyntax().Command),
    ];

    /// <summary>What help says of the command <paramref name="name"/>.</summary>
    public static string Describe(string name) => All.Single(command => command.Name == name).Description;
}

/// <summary>A command's name, what help says of it, and what it takes.</summary>
public sealed record LearningCommand(string Name, string Description, Func<Command> Syntax)
{
    /// <summary>The command as the use tier has it: with its help and its completions, and saying where the real one is.</summary>
    internal Command ToStandIn()
    {
        var command = Syntax();
        command.SetAction(int (_) => throw Missing());
        return command;
    }

    internal MissingComponentException Missing() => new(
        $"'{Name}' belongs to the learning tier, which is not part of this installation. "
        + $"Run './revisage {Name}' in a checkout of the repository, which installs what that needs and builds it.");
}
