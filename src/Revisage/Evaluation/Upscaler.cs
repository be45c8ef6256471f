using Revisage.Faces;
using Revisage.Imaging;
using Revisage.Restoration;

namespace Revisage.Evaluation;

/// <summary>A candidate of a comparison: small faces, some at a time, to as many large ones in the same order.</summary>
public sealed record Upscaler(string Name, Func<IReadOnlyList<Image>, IReadOnlyList<Image>> Enlarge)
{
    /// <summary>Of a model that wants them, with guides: small faces, and for each a large photograph of the same person; null of others.</summary>
    public Func<IReadOnlyList<Image>, IReadOnlyList<Image>, IReadOnlyList<Image>>? EnlargeGuided { get; init; }

    /// <summary>Of results that are there already, the one of a face; null where they are made now.</summary>
    public Func<FaceImage, Image>? Find { get; init; }

    /// <summary>A model, which stays the caller's.</summary>
    public static Upscaler Of(FaceRestorer restorer, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(restorer);
        return new Upscaler(restorer.Quality == RestoreQuality.Best ? $"{restorer.Card.Name}+best" : restorer.Card.Name, small => restorer.Restore(small, cancel))
        {
            EnlargeGuided = restorer.Card.NeedsGuide ? (small, guides) => restorer.Restore(small, guides, cancel) : null,
        };
    }

    /// <summary>The same behind a network that sets small faces upright, which stays the caller's.</summary>
    public Upscaler SetUpright(FaceAligner aligner, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(aligner);
        return this with
        {
            Name = $"{aligner.Name}+{Name}",
            Enlarge = small => Enlarge(aligner.Align(small, cancel)),
            EnlargeGuided = EnlargeGuided is { } guided ? (small, guides) => guided(aligner.Align(small, cancel), guides) : null,
        };
    }

    /// <summary>What a folder of results is called.</summary>
    public static string NameOf(string folder) => Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)));

    /// <summary>A folder of results, named as the true faces of another folder are, whatever their extensions.</summary>
    /// <param name="truth">The folder of the true faces.</param>
    /// <exception cref="RevisageException">There is no such folder, or a face has no result in it.</exception>
    public static Upscaler OfFolder(string folder, string truth, IReadOnlyList<FaceImage> faces)
    {
        ArgumentNullException.ThrowIfNull(faces);
        var results = FaceSet.Open(folder).Faces.GroupBy(result => NameIn(folder, result.Path)).ToDictionary(group => group.Key, group => group.First().Path);
        string[] lacking = [.. faces.Select(face => NameIn(truth, face.Path)).Where(name => !results.ContainsKey(name))];
        return lacking.Length == 0
            ? new Upscaler(NameOf(folder), _ => throw new InvalidOperationException("Results in a folder are found, not made."))
            {
                Find = face => ImageFile.Load(results[NameIn(truth, face.Path)]),
            }
            : throw new RevisageException(
                $"'{folder}' has no result for {lacking.Length} of {faces.Count} faces of '{truth}' (first: '{lacking[0]}'; it has {results.Count} pictures). Name each result as its true face.");
    }

    /// <summary>What enlarges without learning: nearest, bilinear and bicubic, as Pillow does them.</summary>
    public static IReadOnlyList<Upscaler> Baselines(int scale) =>
        [Resizing("nearest", ResampleFilter.Nearest, scale), Resizing("bilinear", ResampleFilter.Bilinear, scale), Resizing("bicubic", ResampleFilter.Bicubic, scale)];

    private static Upscaler Resizing(string name, ResampleFilter filter, int scale) =>
        new(name, faces => [.. faces.Select(face => PillowResize.Resize(face, scale * face.Width, scale * face.Height, filter))]);

    private static string NameIn(string folder, string path) => Path.ChangeExtension(Path.GetRelativePath(folder, path), null);
}
