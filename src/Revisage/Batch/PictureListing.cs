using Revisage.Imaging;

namespace Revisage.Batch;

/// <summary>The pictures below a folder, whatever their names, and what else is there.</summary>
/// <param name="Pictures">Ordered by path; one whose name is a picture's is here even if its content is none, so that it fails by name.</param>
/// <param name="Others">Files that are no pictures that are read here, and folders that cannot be listed.</param>
public sealed record PictureListing(string Folder, IReadOnlyList<string> Pictures, IReadOnlyList<string> Others)
{
    /// <param name="also">Names of other files that are taken for pictures, such as videos.</param>
    /// <inheritdoc cref="FolderListing.Of"/>
    public static PictureListing Of(string folder, string? except = null, Func<string, bool>? also = null, CancellationToken cancel = default)
    {
        var (pictures, others) = (new List<string>(), new List<string>());
        var listing = FolderListing.Of(folder, except, cancel);
        foreach (var file in listing.Files)
        {
            cancel.ThrowIfCancellationRequested();
            (also?.Invoke(file) == true || ImageFile.LooksReadable(file) || ImageFile.IsPicture(file) ? pictures : others).Add(file);
        }

        return new PictureListing(folder, pictures, [.. others, .. listing.Unreadable]);
    }

    /// <summary>What was left out, in a line; null where nothing was.</summary>
    public string? DescribeOthers() => Others switch
    {
        [] => null,
        [var one] => $"'{one}' is left out: it is no picture that is read here.",
        [var first, ..] => $"{Others.Count} files of '{Folder}' are left out, which are no pictures that are read here (first: '{first}').",
    };
}
