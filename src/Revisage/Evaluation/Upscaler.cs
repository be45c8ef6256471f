using Revisage.Imaging;
using Revisage.Restoration;

namespace Revisage.Evaluation;

/// <summary>A candidate of a comparison: small faces, some at a time, to as many large ones in the same order.</summary>
public sealed record Upscaler(string Name, Func<IReadOnlyList<Image>, IReadOnlyList<Image>> Enlarge)
{
    /// <summary>Of a model that wants them, with guides: small faces, and for each a large photograph of the same person; null of others.</summary>
    public Func<IReadOnlyList<Image>, IReadOnlyList<Image>, IReadOnlyList<Image>>? EnlargeGuided { get; init; }

    /// <summary>A model, which stays the caller's.</summary>
    public static Upscaler Of(FaceRestorer restorer, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(restorer);
        return new Upscaler(restorer.Card.Name, small => restorer.Restore(small, cancel))
        {
            EnlargeGuided = restorer.Card.NeedsGuide ? (small, guides) => restorer.Restore(small, guides, cancel) : null,
        };
    }

    /// <summary>What enlarges without learning: nearest, bilinear and bicubic, as Pillow does them.</summary>
    public static IReadOnlyList<Upscaler> Baselines(int scale) =>
        [Resizing("nearest", ResampleFilter.Nearest, scale), Resizing("bilinear", ResampleFilter.Bilinear, scale), Resizing("bicubic", ResampleFilter.Bicubic, scale)];

    private static Upscaler Resizing(string name, ResampleFilter filter, int scale) =>
        new(name, faces => [.. faces.Select(face => PillowResize.Resize(face, scale * face.Width, scale * face.Height, filter))]);
}
