namespace Revisage;

/// <summary>What somebody who mistyped a name may have meant.</summary>
public static class Spelling
{
    private const int ShortestStart = 3;

    /// <summary>The known name that is nearest to <paramref name="given"/>; null where none is near.</summary>
    /// <remarks>Near is one mistake for every three letters, or the beginning of the name.</remarks>
    public static string? Nearest(string given, IEnumerable<string> known)
    {
        ArgumentNullException.ThrowIfNull(given);
        ArgumentNullException.ThrowIfNull(known);
        var word = given.TrimStart('-');
        if (word.Length < 2)
            return null;

        return known
            .Select(name => (Name: name, Bare: name.TrimStart('-')))
            .Select(name => (name.Name, Mistakes: Mistakes(word, name.Bare), Begins: word.Length >= ShortestStart && name.Bare.StartsWith(word, StringComparison.OrdinalIgnoreCase)))
            .Where(name => name.Begins || name.Mistakes <= Math.Max(1, word.Length / 3))
            .OrderBy(name => name.Mistakes)
            .Select(name => name.Name)
            .FirstOrDefault();
    }

    /// <summary>" Did you mean 'edsr'?", to stand behind a sentence; empty where no name is near.</summary>
    public static string Hint(string given, IEnumerable<string> known) => Nearest(given, known) is { } name ? $" Did you mean '{name}'?" : "";

    // Letters that are wrong, missing, too many, or in each other's place (optimal string alignment).
    private static int Mistakes(string given, string known)
    {
        var table = new int[given.Length + 1, known.Length + 1];
        for (var i = 0; i <= given.Length; i++)
        {
            for (var j = 0; j <= known.Length; j++)
            {
                if (i == 0 || j == 0)
                {
                    table[i, j] = i + j;
                    continue;
                }

                var other = Same(i, j) ? 0 : 1;
                table[i, j] = Math.Min(Math.Min(table[i - 1, j], table[i, j - 1]) + 1, table[i - 1, j - 1] + other);
                if (i > 1 && j > 1 && Same(i - 1, j) && Same(i, j - 1))
                    table[i, j] = Math.Min(table[i, j], table[i - 2, j - 2] + 1);
            }
        }

        return table[given.Length, known.Length];

        bool Same(int i, int j) => char.ToLowerInvariant(given[i - 1]) == char.ToLowerInvariant(known[j - 1]);
    }
}
