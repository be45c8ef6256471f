using Revisage.Imaging;

namespace Revisage.Batch;

/// <summary>One picture to be made: where it is read from and where its result goes.</summary>
/// <param name="Input">A file, or <see cref="OutputPlan.StandardStream"/>.</param>
/// <param name="Output">A file, or <see cref="OutputPlan.StandardStream"/>.</param>
public sealed record PlannedPicture(string Input, string Output);

/// <summary>
/// Which results a command writes for the files and folders it was given. A result keeps its input's name; where
/// two would have the same, both keep the folders they lie in, and their own extension if need be. No two results
/// share a file, and none replaces an input.
/// </summary>
public sealed class OutputPlan
{
    /// <summary>Standard input or output, as commands write it.</summary>
    public const string StandardStream = "-";

    private OutputPlan(IReadOnlyList<PlannedPicture> pictures, IReadOnlyList<string> emptyFolders)
    {
        Pictures = pictures;
        EmptyFolders = emptyFolders;
    }

    /// <summary>In the order of the arguments, each folder's by name.</summary>
    public IReadOnlyList<PlannedPicture> Pictures { get; }

    /// <summary>Folders that were given and hold no picture.</summary>
    public IReadOnlyList<string> EmptyFolders { get; }

    /// <param name="inputs">Files, folders (searched with all below them), or "-" for standard input.</param>
    /// <param name="output">A folder; a file if there is one input and the name is a picture's; "-" for standard output.</param>
    /// <param name="extension">Of results in a folder, with its dot.</param>
    /// <exception cref="RevisageException">The results do not fit <paramref name="output"/>, or one would replace an input.</exception>
    public static OutputPlan Create(IReadOnlyList<string> inputs, string output, string extension = ".png")
    {
        ArgumentNullException.ThrowIfNull(inputs);
        var found = new List<Source>();
        var empty = new List<string>();
        foreach (var input in inputs)
        {
            var before = found.Count;
            found.AddRange(SourcesOf(input));
            if (found.Count == before)
            {
                empty.Add(input);
            }
        }

        // The same file twice, as in "faces faces/1.png", is one input.
        var sources = found.DistinctBy(source => source.FullPath).ToList();
        var pictures = NamesOne(inputs, output)
            ? sources.Select(source => new PlannedPicture(source.Input, output)).ToList()
            : Name(sources, extension).Select(named => new PlannedPicture(named.Source.Input, Path.Combine(output, named.Name))).ToList();
        RefuseReplacedInputs(sources, pictures);
        return new OutputPlan(pictures, empty);
    }

    private static bool NamesOne(IReadOnlyList<string> inputs, string output)
    {
        var isOne = output == StandardStream || (ImageFile.LooksReadable(output) && !Directory.Exists(output));
        if (isOne && (inputs.Count != 1 || Directory.Exists(inputs[0])))
        {
            var what = inputs.Count == 1 ? $"'{inputs[0]}' is a folder" : $"there are {inputs.Count} inputs";
            throw new RevisageException($"'-o {output}' takes one picture, but {what}. Name a folder instead.");
        }

        return isOne;
    }

    private static IEnumerable<Source> SourcesOf(string input)
    {
        if (input == StandardStream)
        {
            return [new Source(StandardStream, StandardStream, "stdin")];
        }

        var full = Path.GetFullPath(input);
        if (!Directory.Exists(input))
        {
            return [new Source(input, full, full)];
        }

        var options = new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true };
        return Directory.EnumerateFiles(input, "*", options)
            .Where(ImageFile.LooksReadable)
            .Order(StringComparer.Ordinal)
            .Select(path => new Source(path, Path.GetFullPath(path), Path.GetFullPath(path)));
    }

    /// <summary>Names below the output folder, each once, whatever the case.</summary>
    private static IEnumerable<(Source Source, string Name)> Name(List<Source> sources, string extension)
    {
        var trunk = CommonFolder(sources);
        Func<Source, string>[] spellings =
        [
            source => Path.GetFileNameWithoutExtension(source.Place) + extension,
            source => Path.ChangeExtension(Path.GetRelativePath(trunk, source.Place), extension),
            source => Path.GetRelativePath(trunk, source.Place) + extension,
        ];
        var spelling = sources.ToDictionary(source => source, _ => 0);
        // A longer spelling may meet another's short one, so until nothing changes.
        while (true)
        {
            var clashes = sources.GroupBy(source => spellings[spelling[source]](source), StringComparer.OrdinalIgnoreCase)
                .Where(group => group.Count() > 1)
                .SelectMany(group => group)
                .Where(source => spelling[source] < spellings.Length - 1)
                .ToList();
            if (clashes.Count == 0)
            {
                break;
            }

            clashes.ForEach(source => spelling[source]++);
        }

        var named = sources.Select(source => (source, Name: spellings[spelling[source]](source))).ToList();
        var same = named.GroupBy(pair => pair.Name, StringComparer.OrdinalIgnoreCase).FirstOrDefault(group => group.Count() > 1);
        return same is null
            ? named
            : throw new RevisageException($"'{same.First().source.Input}' and '{same.Last().source.Input}' would both become '{same.Key}'. Rename one, or run them apart.");
    }

    private static string CommonFolder(List<Source> sources)
    {
        var folders = sources.Where(source => source.Input != StandardStream).Select(source => Path.GetDirectoryName(source.Place)!).Distinct().ToList();
        if (folders.Count == 0)
        {
            return Environment.CurrentDirectory;
        }

        var common = folders[0];
        while (!folders.TrueForAll(folder => folder == common || folder.StartsWith(Path.TrimEndingDirectorySeparator(common) + Path.DirectorySeparatorChar, StringComparison.Ordinal)))
        {
            common = Path.GetDirectoryName(common) ?? Path.GetPathRoot(common)!;
        }

        return common;
    }

    private static void RefuseReplacedInputs(List<Source> sources, List<PlannedPicture> pictures)
    {
        var inputs = sources.Select(source => source.FullPath).ToHashSet();
        var replaced = pictures.Find(picture => picture.Output != StandardStream && inputs.Contains(Path.GetFullPath(picture.Output)));
        if (replaced is not null)
        {
            throw new RevisageException($"The result of '{replaced.Input}' would replace the input '{replaced.Output}'. Choose another folder with -o.");
        }
    }

    /// <param name="Input">As the user wrote it, for messages.</param>
    /// <param name="Place">The absolute path that its result's name is made of.</param>
    private sealed record Source(string Input, string FullPath, string Place);
}
