namespace Revisage.Batch;

/// <summary>
/// What lies below a folder. Links are followed, but each real folder is listed once, by its own path before any link's and
/// by the first of several links, so links that lead round in a circle end. Hidden files are passed over.
/// </summary>
public sealed class FolderListing
{
    private static readonly EnumerationOptions Everything = new() { AttributesToSkip = 0, IgnoreInaccessible = false };

    private readonly HashSet<string> seen;
    private readonly PriorityQueue<(string Path, string Real), string> links = new(StringComparer.Ordinal);
    private readonly string? except;
    private readonly List<string> files = [];
    private readonly List<string> unreadable = [];

    private FolderListing(string? except)
    {
        seen = new HashSet<string>(RealPath.Comparer);
        this.except = except is null ? null : RealPath.Of(except);
    }

    /// <summary>Every file, ordered by path; each path begins with the folder as it was named.</summary>
    public IReadOnlyList<string> Files => files;

    /// <summary>Folders below it that cannot be listed.</summary>
    public IReadOnlyList<string> Unreadable => unreadable;

    /// <param name="except">A folder that is passed over where it lies below, such as the one that results go to.</param>
    /// <exception cref="RevisageException">The folder itself cannot be listed.</exception>
    /// <exception cref="OperationCanceledException">Cancelled, at the next file.</exception>
    public static FolderListing Of(string folder, string? except = null, CancellationToken cancel = default)
    {
        var listing = new FolderListing(except);
        try
        {
            listing.Take(folder, RealPath.Of(folder), cancel);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RevisageException($"'{folder}' cannot be listed: {e.Message} Give the right to read it.", e);
        }

        while (listing.links.TryDequeue(out var link, out _))
            listing.TakeBelow(link.Path, link.Real, cancel);
        listing.files.Sort(StringComparer.Ordinal);
        return listing;
    }

    private void TakeBelow(string folder, string real, CancellationToken cancel)
    {
        try
        {
            if (!RealPath.Comparer.Equals(real, except))
                Take(folder, real, cancel);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            unreadable.Add(folder);
        }
    }

    private void Take(string folder, string real, CancellationToken cancel)
    {
        if (!seen.Add(real))
            return;

        foreach (var entry in new DirectoryInfo(folder).EnumerateFileSystemInfos("*", Everything))
        {
            cancel.ThrowIfCancellationRequested();
            var path = Path.Combine(folder, entry.Name);
            if (entry.Attributes.HasFlag(FileAttributes.ReparsePoint) && entry.LinkTarget is not null)
                TakeLink(path);
            else if (entry.Attributes.HasFlag(FileAttributes.Directory))
                TakeBelow(path, Path.Combine(real, entry.Name), cancel);
            else if (!entry.Name.StartsWith('.'))
                files.Add(path);
        }
    }

    private void TakeLink(string path)
    {
        if (Directory.Exists(path))
            links.Enqueue((path, RealPath.Of(path)), path);
        else if (!Path.GetFileName(path).StartsWith('.'))
            files.Add(path);
    }
}
