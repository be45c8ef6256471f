using Revisage.Imaging;

namespace Revisage.Evaluation;

/// <summary>One picture of a row, and what is written under it.</summary>
public sealed record GridPicture(string Label, Image Picture, string Note);

/// <summary>A face as every candidate made it.</summary>
/// <param name="Rank">"best", "median" or "worst".</param>
/// <param name="Pictures">The small face, each candidate's in the report's order, and the true one.</param>
public sealed record GridRow(string Rank, FaceImage Face, IReadOnlyList<GridPicture> Pictures);

/// <summary>The faces that show most about a comparison: those that went best, as usual, and worst.</summary>
public static class FaceGrid
{
    /// <summary>Enlarges the chosen faces once more; no picture is kept from the comparison itself.</summary>
    /// <param name="upscalers">Those of the report, in its order.</param>
    /// <param name="each">Rows of each rank; fewer where there are not as many faces.</param>
    /// <returns>Sorted by the report's headline metric of the model that is best by it.</returns>
    public static IReadOnlyList<GridRow> Of(EvaluationReport report, IReadOnlyList<Upscaler> upscalers, int each = 3)
    {
        ArgumentNullException.ThrowIfNull(report);
        ArgumentNullException.ThrowIfNull(upscalers);
        var metric = report.Protocol.HeadlineMetric;
        if (report.Models.MaxBy(model => model.Mean(metric)) is not { } best)
            return [];

        int[] sorted = [.. best.Of(metric)!.Index().OrderByDescending(face => face.Item).Select(face => face.Index)];
        var third = Math.Min(each, sorted.Length / 3);
        return third == 0
            ? [.. sorted.Select(face => RowOf("all", face))]
            : [.. Ranked("best", 0), .. Ranked("median", (sorted.Length - third) / 2), .. Ranked("worst", sorted.Length - third)];

        IEnumerable<GridRow> Ranked(string rank, int from) => sorted.Skip(from).Take(third).Select(face => RowOf(rank, face));

        GridRow RowOf(string rank, int face)
        {
            var image = report.Faces[face];
            var (small, truth) = report.Protocol.MakePair(image);
            Image[] guides = report.Protocol.Guided ? [report.Protocol.MakePair(image.Guide!).Hr] : [];
            var made = upscalers.Zip(report.Models, (upscaler, model) => new GridPicture(
                model.Name, Enlarge(upscaler, image, small, guides), model.Of(metric)![face].ToString(metric.Format, System.Globalization.CultureInfo.InvariantCulture)));
            return new GridRow(rank, image,
            [
                .. report.Protocol.ComparesFiles ? Array.Empty<GridPicture>() : [new GridPicture("LR", small, $"{small.Width}x{small.Height}")],
                .. guides.Select(guide => new GridPicture("guide", guide, "")),
                .. made,
                new GridPicture("HR", truth, $"{truth.Width}x{truth.Height}"),
            ]);
        }
    }

    internal static Image Enlarge(Upscaler upscaler, FaceImage face, Image small, Image[] guides) =>
        upscaler.Find?.Invoke(face) ?? (upscaler.EnlargeGuided is { } guided ? guided([small], guides) : upscaler.Enlarge([small]))[0];
}
