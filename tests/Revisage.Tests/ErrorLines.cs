using System.Text.RegularExpressions;

namespace Revisage.Tests;

/// <summary>What a command wrote to standard error, line by line.</summary>
internal static partial class ErrorLines
{
    /// <summary>The lines of <paramref name="error"/> without those of progress, which only a slow machine lives to see.</summary>
    public static string[] Lines(this StringWriter error) =>
        [.. error.ToString().Split(error.NewLine, StringSplitOptions.RemoveEmptyEntries).Where(line => !Progress().IsMatch(line))];

    [GeneratedRegex(@"^\w+ [\d,]+ of [\d,]+ \w+, [\d.]+/s, .+ left")]
    private static partial Regex Progress();
}
