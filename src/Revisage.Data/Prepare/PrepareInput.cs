using Revisage.Data.Sources;

namespace Revisage.Data.Prepare;

/// <summary>One dataset to prepare.</summary>
/// <param name="Set">What its faces' records call it.</param>
public sealed record PrepareInput(string Set, DatasetTerms Terms, SourceListing Listing)
{
    /// <summary>
    /// A folder of that layout. A folder that collects several datasets (<c>prepared</c>, <c>low-quality</c>) gives one for
    /// each of its folders, and one that is of no dataset is called by its own name.
    /// </summary>
    /// <inheritdoc cref="IDatasetLayout.Read"/>
    public static IReadOnlyList<PrepareInput> Read(string folder, IDatasetLayout layout)
    {
        ArgumentNullException.ThrowIfNull(layout);
        var listing = layout.Read(folder);
        if (layout is PreparedFolder or LowQualityFaces)
        {
            var problems = listing.Problems.ToLookup(problem => FolderOf(problem.Name));
            var sets = listing.Faces.GroupBy(face => FolderOf(face.Name))
                .Select(set => new PrepareInput(set.Key ?? NameOf(folder), layout.Terms, new SourceListing([.. set], [.. problems[set.Key]])))
                .ToList();
            // Lines of the index, and pictures of folders that gave no face.
            var others = problems.Where(set => sets.All(input => input.Set != (set.Key ?? NameOf(folder)))).SelectMany(set => set).ToArray();
            return others.Length == 0 ? sets : [.. sets, new PrepareInput(NameOf(folder), layout.Terms, new SourceListing([], others))];
        }

        return [new PrepareInput(layout is PlainFolder ? NameOf(folder) : layout.Id, layout.Terms, listing)];
    }

    private static string? FolderOf(string name) => name.IndexOf('/') is > 0 and var slash ? name[..slash] : null;

    private static string NameOf(string folder) => Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder))) is { Length: > 0 } name ? name : "folder";
}
