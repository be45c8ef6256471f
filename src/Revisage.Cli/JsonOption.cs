using System.CommandLine;

namespace Revisage.Cli;

/// <summary>
/// <c>--json [FILE]</c>: results for programs, on standard output in place of the text, or in a file besides it.
/// </summary>
internal sealed class JsonOption
{
    public Option<string?> Option { get; } = new("--json")
    {
        Description = "Results as JSON, on standard output or in FILE.",
        HelpName = "FILE",
        Arity = ArgumentArity.ZeroOrOne,
    };

    /// <summary>The file that is to be written; null for none.</summary>
    public OutputFile File(ParseResult parsed) => new(Option.Name, parsed.GetValue(Option));

    /// <summary>Writes <paramref name="json"/> where the option says, and <paramref name="text"/> unless that is standard output.</summary>
    /// <exception cref="RevisageException">The file cannot be written.</exception>
    public void Write(ParseResult parsed, Func<string> json, Action<TextWriter> text)
    {
        var output = parsed.InvocationConfiguration.Output;
        var given = parsed.GetResult(Option) is { Implicit: false };
        if (given && parsed.GetValue(Option) is { } file)
        {
            AtomicFile.WriteAllText(file, json() + "\n");
            text(output);
        }
        else if (given)
        {
            output.WriteLine(json());
        }
        else
        {
            text(output);
        }
    }
}
