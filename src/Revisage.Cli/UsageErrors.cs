using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace Revisage.Cli;

/// <summary>What is wrong with a command line, a line each.</summary>
internal static class UsageErrors
{
    // The one text of the parser that names types; it is not to be had otherwise.
    private const string ConversionError = "as expected type";

    /// <param name="args">As they were given: the parser tells no longer what was divided from what by =.</param>
    /// <returns>Nothing where the command can run.</returns>
    public static IReadOnlyList<string> Of(ParseResult parsed, IReadOnlyList<string> args)
    {
        // What is asked for help is not run, and the source of completions is given lines that nobody has finished.
        if (parsed.Action is System.CommandLine.Help.HelpAction || parsed.CommandResult.Command.Hidden)
            return [];

        // Behind a command that is none nothing else means anything.
        if (parsed.UnmatchedTokens is [var first, ..] && !first.StartsWith('-') && parsed.CommandResult.Command.Subcommands.Count > 0)
        {
            var commands = parsed.CommandResult.Command.Subcommands.Where(command => !command.Hidden).Select(command => command.Name);
            return [$"Unrecognized command or argument '{first}'.{Spelling.Hint(first, commands)}"];
        }

        string[] unknown = [.. UnknownOptions(parsed, args)];
        if (unknown.Length > 0)
            return unknown;

        string[] empty = [.. EmptyNames(parsed)];
        return empty.Length > 0 ? empty : [.. Errors(parsed).Distinct()];
    }

    // The parser takes for a name of a file what is no option of the command.
    private static IEnumerable<string> UnknownOptions(ParseResult parsed, IReadOnlyList<string> args)
    {
        var plain = args.TakeWhile(arg => arg != "--").ToHashSet();
        string[] known = [.. Names(parsed.CommandResult)];
        return parsed.Tokens.TakeWhile(token => token.Type != TokenType.DoubleDash)
            .Where(token => token.Type == TokenType.Argument && token.Value.Length > 1 && token.Value.StartsWith('-') && plain.Contains(token.Value) && !IsNumber(token.Value))
            .Select(token => $"Unrecognized option '{token.Value}'." + (Spelling.Hint(token.Value.Split('=')[0], known) is { Length: > 0 } hint
                ? hint
                : " Names that begin with - go behind --, and values that do behind an option and =."));
    }

    private static IEnumerable<string> Names(CommandResult result) => result.Command.Options
        .Concat((result.Parent as CommandResult)?.Command.Options.Where(option => option.Recursive) ?? [])
        .Where(option => !option.Hidden)
        .SelectMany(option => option.Aliases.Prepend(option.Name))
        .Where(name => name.StartsWith("--", StringComparison.Ordinal));

    private static IEnumerable<string> EmptyNames(ParseResult parsed)
    {
        foreach (var child in parsed.CommandResult.Children.Where(child => child.Tokens.Any(token => string.IsNullOrWhiteSpace(token.Value))))
        {
            var name = child is OptionResult option ? option.Option.Name : ((ArgumentResult)child).Argument.Name;
            yield return $"{name} is empty. Name something, or leave it out.";
        }
    }

    private static IEnumerable<string> Errors(ParseResult parsed) =>
        parsed.Errors.Select(error => error.Message.Contains(ConversionError, StringComparison.Ordinal) && error.SymbolResult is OptionResult option
            ? $"{option.Option.Name} is '{string.Join(' ', option.Tokens)}', but takes {Kind(option.Option.ValueType)}."
            : error.Message.ReplaceLineEndings(" "));

    private static string Kind(Type type) => (Nullable.GetUnderlyingType(type) ?? type) switch
    {
        var one when one == typeof(int) || one == typeof(long) => "a whole number",
        var one when one == typeof(double) => "a number",
        var one when one == typeof(bool) => "true or false",
        _ => "something else",
    };

    private static bool IsNumber(string text) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _);
}
