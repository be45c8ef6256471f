using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Revisage.Training.Tests.Cli;

/// <summary>The help that the launcher shows where nothing is built is that of the program.</summary>
public sealed partial class HelpFilesTests
{
    private static readonly string folder = Path.Combine(Checkout.Root!, "docs", "help");

    public static TheoryData<string> Topics => [.. Directory.GetFiles(folder, "*.txt").Select(file => Path.GetFileNameWithoutExtension(file))];

    [Theory]
    [MemberData(nameof(Topics))]
    public void It_says_what_the_program_says(string topic)
    {
        var words = topic == "revisage" ? [] : topic.Split('-', 2);

        File.ReadAllText(Path.Combine(folder, topic + ".txt")).TrimEnd().ShouldBe(HelpOf(words).TrimEnd(), "Run scripts/help.sh to write it again.");
    }

    [Fact]
    public void Every_command_has_one()
    {
        var commands = ListedCommand().Matches(HelpOf().Split("Commands:")[1]).Select(match => match.Groups[1].Value).ToList();

        commands.ShouldContain("train");
        commands.Where(command => !File.Exists(Path.Combine(folder, command + ".txt"))).ShouldBeEmpty("Run scripts/help.sh to write them.");
    }

    private static string HelpOf(params string[] words)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "Revisage.Training.Cli.dll");
        var start = new ProcessStartInfo("dotnet", [program, .. words, "--help"]) { RedirectStandardOutput = true };
        start.Environment["REVISAGE_MODELS"] = "/nowhere";
        using var process = Process.Start(start)!;
        // What differs between machines.
        return ThreadsDefault().Replace(process.StandardOutput.ReadToEnd(), "$1[default: all]");
    }

    [GeneratedRegex(@"^  ([a-z]+)", RegexOptions.Multiline)]
    private static partial Regex ListedCommand();

    [GeneratedRegex(@"(--threads.*)\[default: \d+\]")]
    private static partial Regex ThreadsDefault();
}
