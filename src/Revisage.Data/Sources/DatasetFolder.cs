using Revisage.Batch;
using Revisage.Data.Packed;
using Revisage.Imaging;

namespace Revisage.Data.Sources;

/// <summary>A dataset's folder on disk, whose files lie in it or in the subfolders that the download has.</summary>
/// <param name="path">The folder.</param>
/// <param name="dataset">What messages call it.</param>
/// <param name="places">Subfolders to look in besides.</param>
internal sealed class DatasetFolder(string path, string dataset, params string[] places)
{
    public string Root => path;

    /// <summary>A file in the folder or one of its places; null where there is none.</summary>
    public string? FindFile(string name) => Candidates(name).FirstOrDefault(File.Exists);

    /// <inheritdoc cref="FindFile"/>
    public string? FindFolder(string name) => Candidates(name).FirstOrDefault(Directory.Exists);

    /// <exception cref="RevisageException">There is none.</exception>
    public string MustHaveFile(string name) => FindFile(name) ?? throw Absent(name);

    /// <exception cref="RevisageException">There is none.</exception>
    public string MustHaveFolder(string name) => FindFolder(name) ?? throw Absent(name + "/");

    /// <summary>A path below the folder, with slashes, as faces and problems are named.</summary>
    public string Relative(string file) => Path.GetRelativePath(path, file).Replace('\\', '/');

    /// <summary>
    /// Every file below a folder of the dataset, relative to the dataset's, in order (<see cref="FolderListing"/>); hidden ones and
    /// packed sets are passed over.
    /// </summary>
    /// <exception cref="RevisageException">It cannot be listed.</exception>
    public string[] FilesBelow(string folder)
    {
        if (!Directory.Exists(folder))
        {
            throw new RevisageException($"'{folder}' is no folder. Name the one that {dataset} was unpacked to.");
        }

        var prefix = Relative(folder) is "." ? "" : Relative(folder) + "/";
        var skipped = Path.TrimEndingDirectorySeparator(folder).Length + 1;
        var listing = FolderListing.Of(folder);
        if (listing.Unreadable is [var unreadable, ..])
        {
            throw new RevisageException($"'{unreadable}' cannot be listed. Give the right to read it.");
        }

        // What an earlier run made of these pictures, and drew of them, is none of them.
        string[] sets = [.. listing.Files.Where(file => Path.GetFileName(file) == PackIndex.FileName).Select(file => Path.GetDirectoryName(file) + Path.DirectorySeparatorChar).Where(set => set.Length > skipped)];
        string[] files = [.. listing.Files.Where(file => !sets.Any(set => file.StartsWith(set, StringComparison.Ordinal))).Select(file => string.Concat(prefix, file.AsSpan(skipped)))];
        if (Path.DirectorySeparatorChar != '/')
        {
            files = Array.ConvertAll(files, file => file.Replace(Path.DirectorySeparatorChar, '/'));
        }

        Array.Sort(files, StringComparer.Ordinal);
        return files;
    }

    /// <summary>The pictures below a folder of the dataset.</summary>
    /// <exception cref="RevisageException">There are none.</exception>
    public AnnotatedPictures PicturesBelow(string folder, List<SourceProblem> problems, string? extension = null, bool anywhere = false, bool byContent = false) =>
        Pictures(FilesBelow(folder), folder, problems, extension, anywhere, byContent);

    /// <summary>The pictures among the files of a folder.</summary>
    /// <param name="byContent">Whether a file that is not named as a picture is looked into.</param>
    /// <exception cref="RevisageException">There are none.</exception>
    public AnnotatedPictures Pictures(IEnumerable<string> files, string folder, List<SourceProblem> problems, string? extension = null, bool anywhere = false, bool byContent = false)
    {
        var pictures = new AnnotatedPictures(this, files.Where(file => ImageFile.LooksReadable(file) || (byContent && ImageFile.IsPicture(Path.Combine(path, file)))), folder, problems, extension, anywhere);
        return pictures.Names.Count > 0
            ? pictures
            : throw new RevisageException($"'{folder}' holds no picture. Name the folder that {dataset} was unpacked to.");
    }

    private IEnumerable<string> Candidates(string name) => places.Prepend("").Select(place => Path.Combine(path, place, name));

    private RevisageException Absent(string name) =>
        new($"'{path}' was to be read as {dataset}, but has no '{name}'{(places.Length > 0 ? $", nor have its subfolders {string.Join(", ", places.Select(place => $"'{place}'"))}" : "")}. Put it there, or name another folder or layout.");
}
