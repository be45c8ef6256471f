using System.Globalization;
using System.Numerics;
using System.Text;
using Revisage.Faces;

namespace Revisage.Data.Sources;

/// <summary>
/// A text file of one record a line, its fields apart by blanks or by commas (blanks around which are dropped), read
/// as a stream. UTF-8, with or without a byte order mark; lines may end in CR LF; empty ones are passed over.
/// </summary>
internal sealed class AnnotationTable : IDisposable
{
    // No dataset's line is a tenth of it; what is longer is no text.
    private const int LongestLine = 1 << 16;

    private readonly StreamReader reader;
    private readonly char separator;
    private readonly char[] buffer = new char[LongestLine];
    private readonly List<(int Start, int Length)> fields = [];
    private int start;
    private int filled;
    private int lineStart;
    private int lineLength;

    /// <param name="separator">A comma, or a blank for any run of blanks and tabs.</param>
    /// <exception cref="RevisageException">The file cannot be opened.</exception>
    public AnnotationTable(string path, char separator = ' ')
    {
        Path = path;
        this.separator = separator;
        try
        {
            reader = new StreamReader(path, Encoding.UTF8);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RevisageException($"'{path}' cannot be read: {e.Message} Restore it, or the right to read it.", e);
        }
    }

    public string Path { get; }

    /// <summary>Fields that a line has, if all have as many: more blanks than that belong to the first, a file's name.</summary>
    public int Columns { get; init; } = int.MaxValue;

    /// <summary>From 1, of the line that is read.</summary>
    public int Number { get; private set; }

    /// <summary>Fields of the line.</summary>
    public int Count => fields.Count;

    /// <summary>The whole line.</summary>
    public ReadOnlySpan<char> Line => buffer.AsSpan(lineStart, lineLength);

    public ReadOnlySpan<char> this[int field] => buffer.AsSpan(fields[field].Start, fields[field].Length);

    public void Dispose() => reader.Dispose();

    /// <summary>Goes to the next line that is not empty; false at the end.</summary>
    /// <exception cref="RevisageException">It is no text.</exception>
    public bool Next()
    {
        while (ReadLine())
        {
            Number++;
            lineLength = Line.TrimEnd('\r').Length;
            Split();
            if (fields.Count > 0)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>A field as a finite number.</summary>
    public bool TryNumber(int field, out double value) =>
        double.TryParse(this[field], NumberStyles.Float, CultureInfo.InvariantCulture, out value) && double.IsFinite(value);

    /// <summary>A field as a whole number.</summary>
    public bool TryInteger(int field, out int value) =>
        int.TryParse(this[field], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);

    /// <summary>Left, top, width and height, the latter two above zero, in four fields.</summary>
    public bool TryBox(int field, out FaceBox? box)
    {
        box = null;
        if (!TryNumber(field, out var left) || !TryNumber(field + 1, out var top)
            || !TryNumber(field + 2, out var width) || !TryNumber(field + 3, out var height) || width <= 0 || height <= 0)
        {
            return false;
        }

        box = new FaceBox(left, top, width, height);
        return true;
    }

    /// <summary>Two fields as a point.</summary>
    public bool TryPoint(int field, out Vector2 point)
    {
        var read = TryNumber(field, out var x) & TryNumber(field + 1, out var y);
        point = new Vector2((float)x, (float)y);
        return read;
    }

    /// <summary>The fields from one to the last as points; false if there are more or fewer.</summary>
    public bool TryPoints(int field, int count, out Vector2[] points)
    {
        points = [];
        if (Count != field + 2 * count)
        {
            return false;
        }

        var read = new Vector2[count];
        for (var i = 0; i < count; i++)
        {
            if (!TryPoint(field + 2 * i, out read[i]))
            {
                return false;
            }
        }

        points = read;
        return true;
    }

    /// <summary>Goes past the count that CelebA's files begin with, if it is there, and the columns' names, a # before them or not.</summary>
    /// <param name="columns">Those that the file must have, in this order.</param>
    /// <exception cref="RevisageException">It has others.</exception>
    public void MustHaveColumns(params ReadOnlySpan<string> columns)
    {
        if (!Next() || (Count == 1 && TryInteger(0, out _) && !Next()))
        {
            throw new RevisageException($"'{Path}' is empty; its columns should be '{string.Join(' ', columns)}'. Restore it.");
        }

        var same = Count == columns.Length;
        for (var i = 0; same && i < Count; i++)
        {
            same = this[i].TrimStart('#').Equals(columns[i], StringComparison.OrdinalIgnoreCase);
        }

        if (!same)
        {
            throw new RevisageException(
                $"'{Path}' should have the columns '{string.Join(' ', columns)}', but has '{Excerpt()}': it is another dataset's or was renamed. Put the right one there.");
        }
    }

    /// <summary>The line, shortened for a message.</summary>
    public string Excerpt() => Line.Length <= 80 ? Line.ToString() : $"{Line[..80]}...";

    private void Split()
    {
        fields.Clear();
        var line = Line;
        if (line.IsWhiteSpace())
        {
            return;
        }

        if (separator != ' ')
        {
            for (var from = 0; from <= line.Length;)
            {
                var length = line[from..].IndexOf(separator);
                length = length < 0 ? line.Length - from : length;
                var field = line.Slice(from, length);
                var blanks = length - field.TrimStart().Length;
                fields.Add((lineStart + from + blanks, field.Trim().Length));
                from += length + 1;
            }

            return;
        }

        for (var at = 0; at < line.Length;)
        {
            if (char.IsWhiteSpace(line[at]))
            {
                at++;
                continue;
            }

            var from = at;
            while (at < line.Length && !char.IsWhiteSpace(line[at]))
            {
                at++;
            }

            fields.Add((lineStart + from, at - from));
        }

        if (fields.Count > Columns)
        {
            var last = fields[^Columns];
            fields.RemoveRange(1, fields.Count - Columns);
            fields[0] = (fields[0].Start, last.Start + last.Length - fields[0].Start);
        }
    }

    private bool ReadLine()
    {
        var searched = start;
        while (true)
        {
            var end = buffer.AsSpan(searched, filled - searched).IndexOf('\n');
            if (end >= 0)
            {
                (lineStart, lineLength) = (start, searched + end - start);
                start = searched + end + 1;
                return true;
            }

            buffer.AsSpan(start, filled - start).CopyTo(buffer);
            (filled, start) = (filled - start, 0);
            searched = filled;
            if (filled == buffer.Length)
            {
                throw new RevisageException($"'{Path}', line {Number + 1} is longer than {LongestLine} characters: it is no text of annotations. Restore the file.");
            }

            var read = reader.Read(buffer, filled, buffer.Length - filled);
            filled += read;
            if (read == 0)
            {
                (lineStart, lineLength, start) = (0, filled, filled);
                return lineLength > 0;
            }
        }
    }
}
