using System.CommandLine;

namespace Revisage.Cli.Commands;

/// <summary>Scripts that make shells complete commands, options and models on Tab.</summary>
internal static class CompletionsCommand
{
    private const string Bash =
        """
        _revisage() {
          local IFS=$'\n'
          COMPREPLY=($(compgen -W "$("${COMP_WORDS[0]}" complete "$COMP_POINT" "$COMP_LINE" 2>/dev/null)" -- "${COMP_WORDS[COMP_CWORD]}"))
        }
        complete -o default -F _revisage revisage
        """;

    private const string Zsh =
        """
        #compdef revisage
        _revisage() {
          local line=$BUFFER
          local -a found=(${(f)"$("${words[1]}" complete "$CURSOR" "$line" 2>/dev/null)"})
          compadd -a found || _files
        }
        compdef _revisage revisage
        """;

    private const string Fish =
        """
        complete -c revisage -a '((commandline -opc)[1] complete (commandline -pC) (commandline -p | string collect) 2>/dev/null)'
        """;

    public static Command Create()
    {
        var shell = new Argument<string>("shell") { Description = "bash, zsh or fish." }.OneOf("bash", "zsh", "fish");
        var command = new Command("completions", "Print a script that completes revisage in a shell: source <(revisage completions bash)") { shell };
        command.SetAction(parsed => parsed.InvocationConfiguration.Output.WriteLine(parsed.GetRequiredValue(shell) switch
        {
            "bash" => Bash,
            "zsh" => Zsh,
            _ => Fish,
        }));
        return command;
    }

    /// <summary>What the scripts call: the completions of a line at a position, one a line.</summary>
    public static Command CreateSource(Command root)
    {
        var position = new Argument<int>("position");
        var line = new Argument<string>("line");
        var command = new Command("complete") { position, line };
        command.Hidden = true;
        command.SetAction(parsed =>
        {
            // The first word is however revisage was called.
            var words = parsed.GetRequiredValue(line);
            var start = words.IndexOf(' ', StringComparison.Ordinal) is var space and >= 0 ? space + 1 : words.Length;
            var at = Math.Clamp(parsed.GetRequiredValue(position) - start, 0, words.Length - start);
            foreach (var completion in root.Parse(words[start..], RevisageCommand.Parsing).GetCompletions(at))
            {
                parsed.InvocationConfiguration.Output.WriteLine(completion.InsertText ?? completion.Label);
            }
        });
        return command;
    }
}
