namespace Revisage.Cli;

/// <summary>Text in aligned columns, the first row being the titles.</summary>
public sealed class Table(params string[] titles)
{
    private readonly List<string[]> rows = [titles];

    public void Add(params string[] cells)
    {
        ArgumentNullException.ThrowIfNull(cells);
        if (cells.Length != titles.Length)
        {
            throw new ArgumentException($"A row of {cells.Length} cells in a table of {titles.Length} columns.", nameof(cells));
        }

        rows.Add(cells);
    }

    public void Write(TextWriter output)
    {
        ArgumentNullException.ThrowIfNull(output);
        var widths = titles.Select((_, column) => rows.Max(row => row[column].Length)).ToArray();
        foreach (var row in rows)
        {
            output.WriteLine(string.Join("  ", row.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd());
        }
    }
}
