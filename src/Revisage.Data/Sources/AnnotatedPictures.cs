using Revisage.Imaging;

namespace Revisage.Data.Sources;

/// <summary>Takes what an annotation file's line says of a picture; false if it is not of the file's format.</summary>
internal delegate bool LineReader<T>(AnnotationTable line, out T value);

/// <summary>Pictures of a dataset, listed once, and what annotation files of one line a picture say of them.</summary>
internal sealed class AnnotatedPictures
{
    private readonly DatasetFolder folder;
    private readonly List<SourceProblem> problems;
    private readonly string prefix;
    private readonly string? extension;
    private readonly List<string> names = [];
    private readonly HashSet<int> leftOut = [];
    private readonly HashSet<string> absent = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> byName;

    /// <param name="files">Relative to the dataset's folder.</param>
    /// <param name="below">The folder that the names in annotation files are relative to.</param>
    /// <param name="extension">What the pictures end in if the names in annotation files end otherwise, or in nothing.</param>
    /// <param name="anywhere">Whether annotation files name pictures without the subfolder that they are in.</param>
    public AnnotatedPictures(DatasetFolder folder, IEnumerable<string> files, string below, List<SourceProblem> problems, string? extension, bool anywhere)
    {
        (this.folder, this.problems, this.extension) = (folder, problems, extension);
        prefix = folder.Relative(below) is "." ? "" : folder.Relative(below) + "/";
        byName = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase).GetAlternateLookup<ReadOnlySpan<char>>();
        foreach (var file in files)
        {
            var name = anywhere ? prefix + Path.GetFileName(file) : file;
            if (byName.Dictionary.TryAdd(name, names.Count))
            {
                names.Add(file);
            }
            else
            {
                problems.Add(new SourceProblem(file, SourceProblemKind.DuplicateName, $"'{names[byName[name]]}' has the same name, but for small and capital letters, and is kept"));
            }
        }
    }

    /// <summary>Relative to the dataset's folder, in order.</summary>
    public IReadOnlyList<string> Names => names;

    /// <summary>Those that nothing speaks against, each as a face.</summary>
    public IEnumerable<SourceFace> Faces(Func<int, SourceFace> face) =>
        Enumerable.Range(0, names.Count).Where(i => !leftOut.Contains(i)).Select(face);

    public string PathOf(int picture) => Path.Combine(folder.Root, names[picture]);

    /// <summary>What a picture's face is called; the first has the picture's name.</summary>
    public string NameOf(int picture, int face) => face == 1 ? names[picture] : $"{names[picture]}#{face}";

    /// <summary>The picture that an annotation names; -1 for none.</summary>
    public int Find(ReadOnlySpan<char> name)
    {
        var ending = extension ?? "";
        if (extension is not null && Path.GetExtension(name).Length > 0 && ImageFile.LooksReadable(name.ToString()))
        {
            name = name[..^Path.GetExtension(name).Length];
        }

        Span<char> whole = stackalloc char[512];
        if (prefix.Length + name.Length + ending.Length > whole.Length)
        {
            return -1;
        }

        prefix.CopyTo(whole);
        name.Replace(whole[prefix.Length..], '\\', '/');
        ending.CopyTo(whole[(prefix.Length + name.Length)..]);
        return byName.TryGetValue(whole[..(prefix.Length + name.Length + ending.Length)], out var picture) ? picture : -1;
    }

    /// <summary>Leaves a picture out; once is enough.</summary>
    public void LeaveOut(int picture, string kind, string detail)
    {
        if (leftOut.Add(picture))
        {
            problems.Add(new SourceProblem(names[picture], kind, detail));
        }
    }

    /// <summary>What a file says of each picture, whose name is a line's first field. Pictures that it passes over are left out.</summary>
    /// <param name="form">A line's fields, in words.</param>
    /// <param name="complete">Whether a picture that the file passes over is to be left out.</param>
    /// <param name="lastCounts">Whether of a picture's two lines the last is right. Otherwise nobody can tell, and it is left out.</param>
    /// <exception cref="RevisageException">Most lines are of another format, or none names a picture: the file is another dataset's.</exception>
    public T?[] Read<T>(AnnotationTable table, string form, LineReader<T> read, bool complete = true, bool lastCounts = false)
    {
        var values = new T?[names.Count];
        var known = new bool[names.Count];
        var file = folder.Relative(table.Path);
        var (lines, malformed, first) = (0, 0, "");
        while (table.Next())
        {
            lines++;
            var picture = Find(table[0]);
            if (!read(table, out var value))
            {
                first = malformed++ == 0 ? $"line {table.Number}: '{table.Excerpt()}'" : first;
                problems.Add(new SourceProblem($"{file}:{table.Number}", SourceProblemKind.MalformedLine, $"'{table.Excerpt()}' is not '{form}'"));
                if (picture >= 0)
                {
                    leftOut.Add(picture);
                }
            }
            else if (picture < 0)
            {
                NameAbsent(table[0].ToString(), $"named in '{file}', line {table.Number}");
            }
            else
            {
                if (known[picture])
                {
                    problems.Add(new SourceProblem(
                        $"{file}:{table.Number}", SourceProblemKind.DuplicateName, $"'{table[0]}' has a line already; {(lastCounts ? "this one counts" : "the picture is left out")}"));
                    if (!lastCounts)
                    {
                        leftOut.Add(picture);
                    }
                }

                (values[picture], known[picture]) = (value, true);
            }
        }

        if (2 * malformed > lines)
        {
            throw new RevisageException($"'{table.Path}' should have lines of '{form}', but {malformed} of {lines} are not ({first}): it is another dataset's or was renamed. Put the right one there.");
        }

        if (!known.Contains(true))
        {
            throw new RevisageException($"None of the {lines} lines of '{table.Path}' names one of the {names.Count} pictures in '{Path.Combine(folder.Root, prefix)}' (first of these: '{names[0][prefix.Length..]}'): it is another dataset's, or they are. Put the right ones together.");
        }

        for (var i = 0; complete && i < known.Length; i++)
        {
            if (!known[i])
            {
                LeaveOut(i, SourceProblemKind.MissingAnnotation, $"no line in '{file}'");
            }
        }

        return values;
    }

    /// <summary>Each picture's split, where there is a list of names for each. Pictures in no list are left out.</summary>
    public string?[] ReadSplits(params (string Path, string Split)[] lists)
    {
        var splits = new string?[names.Count];
        foreach (var (path, split) in lists)
        {
            using var table = new AnnotationTable(path);
            var listed = Read(table, "name", (AnnotationTable _, out bool value) => value = true, complete: false, lastCounts: true);
            for (var i = 0; i < listed.Length; i++)
            {
                if (listed[i] && splits[i] is { } other)
                {
                    LeaveOut(i, SourceProblemKind.DuplicateName, $"listed for {other} and for {split}");
                }

                splits[i] = listed[i] ? split : splits[i];
            }
        }

        for (var i = 0; i < splits.Length; i++)
        {
            if (splits[i] is null)
            {
                LeaveOut(i, SourceProblemKind.MissingAnnotation, $"in none of {string.Join(", ", lists.Select(list => $"'{folder.Relative(list.Path)}'"))}");
            }
        }

        return splits;
    }

    /// <summary>Notes a picture that annotations speak of and that is not there; once is enough.</summary>
    public void NameAbsent(string name, string detail)
    {
        if (absent.Add(name))
        {
            problems.Add(new SourceProblem(prefix + name, SourceProblemKind.AbsentPicture, detail));
        }
    }
}
