using Revisage.Imaging;

namespace Revisage.Evaluation;

/// <summary>A candidate of a comparison: small faces, some at a time, to as many large ones in the same order.</summary>
public sealed record Upscaler(string Name, Func<IReadOnlyList<Image>, IReadOnlyList<Image>> Enlarge)
{
    /// <summary>What enlarges without learning: nearest, bilinear and bicubic, as Pillow does them.</summary>
    public static IReadOnlyList<Upscaler> Baselines(int scale) =>
        [Resizing("nearest", ResampleFilter.Nearest, scale), Resizing("bilinear", ResampleFilter.Bilinear, scale), Resizing("bicubic", ResampleFilter.Bicubic, scale)];

    private static Upscaler Resizing(string name, ResampleFilter filter, int scale) =>
        new(name, faces => [.. faces.Select(face => PillowResize.Resize(face, scale * face.Width, scale * face.Height, filter))]);
}
