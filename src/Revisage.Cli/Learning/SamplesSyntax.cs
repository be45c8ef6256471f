using System.CommandLine;

namespace Revisage.Cli.Learning;

/// <summary>What <c>samples</c> takes.</summary>
public sealed class SamplesSyntax
{
    public SamplesSyntax()
    {
        Model.CompletedBy(() => ModelChoice.Names);
        Command = new Command("samples", LearningCommands.Describe("samples")) { Data, Output, Count, Seed, Model, Terms, Photographs };
    }

    public Command Command { get; }

    public Option<string?> Data { get; } = new("--data") { Description = "A folder of aligned faces, with an index.csv or without; its split train is used. Required unless --photographs is given.", HelpName = "DIR" };

    public Option<string> Output { get; } = new("--output", "-o") { Description = "Where faces/, README.md and with --model large/ are written; with --photographs, where those are.", HelpName = "DIR", Required = true };

    public Option<int> Count { get; } = new Option<int>("--count") { Description = "Faces to draw.", HelpName = "N", DefaultValueFactory = _ => 12 }.AtLeastOne();

    public Option<int> Seed { get; } = new("--seed") { Description = "The same seed and photographs give the same faces.", HelpName = "N", DefaultValueFactory = _ => 1 };

    public Option<string?> Model { get; } = new("--model", "-m") { Description = "Also enlarge the faces by this model.", HelpName = "NAME|FILE.onnx" };

    public Option<string> Terms { get; } = new("--terms") { Description = "On which terms the photographs may be used, for the README.", HelpName = "TEXT", DefaultValueFactory = _ => "non-commercial research only" };

    public Option<string?> Photographs { get; } = new("--photographs") { Description = "Draw no faces: paint whole photographs around those of a folder, enlarged by --model.", HelpName = "DIR" };
}
