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

    private OutputPlan(IReadOnlyList<PlannedPicture> pictures, IReadOnlyList<PictureListing> folders)
    {
        Pictures = pictures;
        Folders = folders;
    }

    /// <summary>In the order of the arguments, each folder's by name.</summary>
    public IReadOnlyList<PlannedPicture> Pictures { get; }

    /// <summary>The folders that were given, with what was found in them.</summary>
    public IReadOnlyList<PictureListing> Folders { get; }

    /// <summary>Folders that were given and hold no picture.</summary>
    public IEnumerable<string> EmptyFolders => Folders.Where(folder => folder.Pictures.Count == 0).Select(folder => folder.Folder);

    /// <param name="extension">Of results in a folder, with its dot.</param>
    /// <inheritdoc cref="Create(IReadOnlyList{string}, string, Func{string, string}, Func{string, bool}, string, Func{string, bool}, CancellationToken)"/>
    public static OutputPlan Create(IReadOnlyList<string> inputs, string output, string extension = ".png", CancellationToken cancel = default) =>
        Create(inputs, output, _ => extension, ImageFile.CanSave, ImageFile.Writable, cancel: cancel);

    /// <param name="inputs">Files, folders (searched with all below them, but for the output folder), or "-" for standard input.</param>
    /// <param name="output">A folder; a file if there is one input and the name is a picture's; "-" for standard output.</param>
    /// <param name="extension">Of an input's result in a folder, with its dot.</param>
    /// <param name="canSave">Whether files of a name are written.</param>
    /// <param name="writable">Their extensions, for messages.</param>
    /// <param name="also">Names of other files of folders that are taken for pictures, such as videos.</param>
    /// <exception cref="UsageException">The results do not fit <paramref name="output"/>, or one would replace an input.</exception>
    /// <exception cref="RevisageException">A folder cannot be listed.</exception>
    /// <exception cref="OperationCanceledException">Cancelled while folders are listed.</exception>
    public static OutputPlan Create(
        IReadOnlyList<string> inputs, string output, Func<string, string> extension, Func<string, bool> canSave, string writable, Func<string, bool>? also = null, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(extension);
        ArgumentNullException.ThrowIfNull(canSave);
        var isOne = NamesOne(inputs, output, canSave, writable);
        var found = new List<Source>();
        var folders = new List<PictureListing>();
        foreach (var input in inputs)
        {
            if (input != StandardStream && Directory.Exists(input))
            {
                folders.Add(PictureListing.Of(input, except: output, also, cancel));
                found.AddRange(folders[^1].Pictures.Select(Source.Of));
            }
            else
            {
                found.Add(input == StandardStream ? new Source(StandardStream, StandardStream, "stdin") : Source.Of(input));
            }
        }

        // The same file twice, as in "faces faces/1.png", is one input.
        var sources = found.DistinctBy(source => source.FullPath).ToList();
        var pictures = isOne
            ? sources.Select(source => new PlannedPicture(source.Input, output)).ToList()
            : Name(sources, extension).Select(named => new PlannedPicture(named.Source.Input, Path.Combine(output, named.Name))).ToList();
        RefuseReplacedInputs(sources, pictures);
        return new OutputPlan(pictures, folders);
    }

    /// <summary>Refuses, before any work is done, results that could not be written, or that would replace a file which is read.</summary>
    /// <param name="others">What is read besides the pictures, such as a model.</param>
    /// <exception cref="UsageException">A result would replace one of <paramref name="others"/>.</exception>
    /// <exception cref="RevisageException">The output folder cannot be written to.</exception>
    public void Check(params IReadOnlyList<string> others)
    {
        ArgumentNullException.ThrowIfNull(others);
        var written = Pictures.Where(picture => picture.Output != StandardStream).ToArray();
        var read = others.Select(RealPath.Of).ToHashSet(RealPath.Comparer);
        if (read.Count > 0 && Array.Find(written, picture => read.Contains(RealPath.Of(picture.Output))) is { } replacing)
            throw new UsageException($"The result of '{replacing.Input}' would replace '{replacing.Output}', which is read too. Choose another folder with -o.");

        if (written.Length > 0)
            AtomicFile.CheckWritable(Path.Combine(Path.GetDirectoryName(Path.GetFullPath(written[0].Output))!, Path.GetRandomFileName()));
    }

    private static bool NamesOne(IReadOnlyList<string> inputs, string output, Func<string, bool> canSave, string writable)
    {
        var isOne = output == StandardStream || ((ImageFile.IsNamedAsPicture(output) || canSave(output)) && !Directory.Exists(output));
        if (isOne && output != StandardStream && !canSave(output))
        {
            throw new UsageException($"'-o {output}' is named as a picture that is not written here. Choose one of {writable}, or name a folder.");
        }

        if (isOne && (inputs.Count != 1 || Directory.Exists(inputs[0])))
        {
            var what = inputs.Count == 1 ? $"'{inputs[0]}' is a folder" : $"there are {inputs.Count} inputs";
            throw new UsageException($"'-o {output}' takes one picture, but {what}. Name a folder instead.");
        }

        return isOne;
    }

    /// <summary>Names below the output folder, each once, whatever the case.</summary>
    private static IEnumerable<(Source Source, string Name)> Name(List<Source> sources, Func<string, string> extension)
    {
        var trunk = CommonFolder(sources);
        Func<Source, string>[] spellings =
        [
            source => Path.GetFileNameWithoutExtension(source.Place) + extension(source.Place),
            source => Path.ChangeExtension(Path.GetRelativePath(trunk, source.Place), extension(source.Place)),
            source => Path.GetRelativePath(trunk, source.Place) + extension(source.Place),
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
            : throw new UsageException($"'{same.First().source.Input}' and '{same.Last().source.Input}' would both become '{same.Key}'. Rename one, or run them apart.");
    }

    private static string CommonFolder(List<Source> sources)
    {
        var folders = sources.Where(source => source.Input != StandardStream).Select(source => Path.GetDirectoryName(source.Place)!).Distinct().ToList();
        if (folders.Count == 0)
        {
            return Environment.CurrentDirectory;
        }

        var common = folders[0];
        while (!folders.TrueForAll(folder => folder == common || folder.StartsWith(Path.EndsInDirectorySeparator(common) ? common : common + Path.DirectorySeparatorChar, StringComparison.Ordinal)))
        {
            common = Path.GetDirectoryName(common) ?? Path.GetPathRoot(common)!;
        }

        return common;
    }

    private static void RefuseReplacedInputs(List<Source> sources, List<PlannedPicture> pictures)
    {
        // By real paths: an input may be named by a link.
        var inputs = sources.Where(source => source.Input != StandardStream).Select(source => RealPath.Of(source.FullPath)).ToHashSet(RealPath.Comparer);
        var replaced = pictures.Find(picture => picture.Output != StandardStream && inputs.Contains(RealPath.Of(picture.Output)));
        if (replaced is not null)
        {
            throw new UsageException($"The result of '{replaced.Input}' would replace the input '{replaced.Output}'. Choose another folder with -o.");
        }
    }

    /// <param name="Input">As the user wrote it, for messages.</param>
    /// <param name="Place">The absolute path that its result's name is made of.</param>
    private sealed record Source(string Input, string FullPath, string Place)
    {
        public static Source Of(string path) => new(path, Path.GetFullPath(path), Path.GetFullPath(path));
    }
}
