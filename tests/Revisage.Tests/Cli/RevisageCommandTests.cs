using System.CommandLine;
using System.Text.RegularExpressions;
using Revisage.Cli;

namespace Revisage.Tests.Cli;

public sealed class RevisageCommandTests : IDisposable
{
    private readonly StringWriter output = new();
    private readonly StringWriter error = new();

    public void Dispose()
    {
        output.Dispose();
        error.Dispose();
    }

    [Fact]
    public void An_unknown_command_is_a_usage_error_of_two_lines()
    {
        Run("sharpen").ShouldBe(2);
        error.ToString().ShouldBe(
            $"Unrecognized command or argument 'sharpen'.{Environment.NewLine}See 'revisage --help'.{Environment.NewLine}");
    }

    [Fact]
    public void A_missing_option_names_the_command_whose_help_tells_it()
    {
        Run("upscale", "face.png").ShouldBe(2);
        error.ToString().ShouldContain("--output");
        error.ToString().ShouldContain("See 'revisage upscale --help'.");
    }

    [Fact]
    public void Without_a_command_help_is_shown_and_nothing_counts_as_done()
    {
        Run().ShouldBe(2);
        output.ToString().ShouldContain("revisage [command] [options]");
    }

    [Fact]
    public void Help_lists_the_learning_commands_too()
    {
        Run("--help").ShouldBe(0);
        foreach (var command in LearningCommands.All)
        {
            // Whatever line it is broken to.
            Regex.Replace(output.ToString(), @"\s+", " ").ShouldContain(command.Description);
        }
    }

    [Fact]
    public void A_learning_command_says_how_to_get_it()
    {
        Run("train", "edsr.compact", "--resume").ShouldBe(3);
        error.ToString().ShouldContain("Run './revisage train' in a checkout");
    }

    [Fact]
    public void A_learning_command_that_is_there_runs()
    {
        var train = new Command("train");
        train.SetAction(_ => 0);

        RevisageCommand.Run(["train"], [train], Invocation).ShouldBe(0);
    }

    [Fact]
    public void What_a_user_can_mend_is_one_line()
    {
        var train = new Command("train");
        train.SetAction(int (_) => throw new RevisageException("No faces in 'data'. Name another folder with --data."));

        RevisageCommand.Run(["train"], [train], Invocation).ShouldBe(1);
        error.ToString().ShouldBe($"No faces in 'data'. Name another folder with --data.{Environment.NewLine}");
    }

    [Fact]
    public void Completion_knows_commands_however_revisage_was_called()
    {
        const string line = "./revisage comp";
        Run("complete", $"{line.Length}", line).ShouldBe(0);
        output.ToString().ShouldBe($"completions{Environment.NewLine}");
    }

    [Theory]
    [InlineData("bash")]
    [InlineData("zsh")]
    [InlineData("fish")]
    public void Every_shell_has_a_script_that_asks_revisage(string shell)
    {
        Run("completions", shell).ShouldBe(0);
        output.ToString().ShouldContain(" complete ");
    }

    private InvocationConfiguration Invocation => new() { Output = output, Error = error, EnableDefaultExceptionHandler = false };

    private int Run(params string[] args) => RevisageCommand.Run(args, [], Invocation);
}
