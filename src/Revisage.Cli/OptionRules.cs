using System.CommandLine;
using System.CommandLine.Completions;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Numerics;

namespace Revisage.Cli;

/// <summary>What options take: refused in one line otherwise, with the nearest that is taken, and completed on Tab.</summary>
public static class OptionRules
{
    /// <summary>One of these names.</summary>
    public static Option<T> OneOf<T>(this Option<T> option, params IReadOnlyList<string> names)
    {
        ArgumentNullException.ThrowIfNull(option);
        option.Validators.Add(result => RequireOneOf(result, option.Name, names));
        option.CompletionSources.Add([.. names]);
        return option;
    }

    /// <inheritdoc cref="OneOf{T}(Option{T}, IReadOnlyList{string})"/>
    public static Argument<T> OneOf<T>(this Argument<T> argument, params IReadOnlyList<string> names)
    {
        ArgumentNullException.ThrowIfNull(argument);
        argument.Validators.Add(result => RequireOneOf(result, argument.Name, names));
        argument.CompletionSources.Add([.. names]);
        return argument;
    }

    /// <summary>Completed by names that are looked up only then; several, divided by commas, each once.</summary>
    public static Option<T> CompletedBy<T>(this Option<T> option, Func<IEnumerable<string>> names, bool several = false)
    {
        ArgumentNullException.ThrowIfNull(option);
        option.CompletionSources.Add(context =>
        {
            var comma = several ? context.WordToComplete.LastIndexOf(',') + 1 : 0;
            var before = context.WordToComplete[..comma];
            return names().Except(before.Split(',')).Select(name => new CompletionItem(before + name));
        });
        return option;
    }

    /// <summary>A number of at least, and of at most.</summary>
    /// <param name="why">Why not more, such as "as many processors as there are here".</param>
    public static Option<T> Within<T>(this Option<T> option, T least, T most, string? why = null)
        where T : struct, INumber<T> => Limited<Option<T>, T>(option, least, most, why);

    /// <inheritdoc cref="Within{T}(Option{T}, T, T, string?)"/>
    public static Option<T?> Within<T>(this Option<T?> option, T least, T most, string? why = null)
        where T : struct, INumber<T> => Limited<Option<T?>, T>(option, least, most, why);

    /// <summary>1 or more.</summary>
    public static Option<int> AtLeastOne(this Option<int> option) => option.Within(1, int.MaxValue);

    /// <inheritdoc cref="AtLeastOne(Option{int})"/>
    public static Option<int?> AtLeastOne(this Option<int?> option) => option.Within(1, int.MaxValue);

    /// <summary>Whether a command was given the option, rightly or not; a command's validator must not look at a value that may be wrong.</summary>
    public static bool Given(this CommandResult result, Option option)
    {
        ArgumentNullException.ThrowIfNull(result);
        return result.GetResult(option) is { Implicit: false };
    }

    private static TOption Limited<TOption, T>(TOption option, T least, T most, string? why)
        where TOption : Option
        where T : struct, INumber<T>
    {
        option.Validators.Add(result =>
        {
            // What is no number at all, the parser tells.
            foreach (var given in result.Tokens.Select(token => T.TryParse(token.Value, CultureInfo.InvariantCulture, out var number) ? number : least))
            {
                // Not-a-number is within nothing.
                if (!(given >= least && given <= most))
                {
                    var range = most >= T.CreateSaturating(int.MaxValue) ? $"{Text(least)} or more" : $"{Text(least)} to {Text(most)}{(why is null ? "" : $", {why}")}";
                    result.AddError($"{option.Name} is {Text(given)}, but takes {range}.");
                }
            }
        });
        return option;

        static string Text(T number) => number.ToString(null, CultureInfo.InvariantCulture);
    }

    private static void RequireOneOf(SymbolResult result, string what, IReadOnlyList<string> names)
    {
        foreach (var token in result.Tokens.Where(token => !names.Contains(token.Value)))
            result.AddError($"{what} is '{token.Value}', but takes {string.Join(", ", names)}.{Spelling.Hint(token.Value, names)}");
    }
}
