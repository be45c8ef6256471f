namespace Revisage.Evaluation;

/// <summary>The part of a page that shows faces: a row for each, a column for each that enlarged it.</summary>
internal static class FacesTable
{
    /// <returns>Nothing where there are no rows.</returns>
    public static Html Of(EvaluationReport report, IReadOnlyList<GridRow> rows)
    {
        if (rows.Count == 0)
            return Html.Empty;

        var metric = report.Protocol.HeadlineMetric;
        return $"""
            <figure class="faces">
            <label class="zoom" hidden>size <input type="range" min="64" max="320" step="32" value="128"></label>
            <div class="scroll tall" tabindex="0" role="region" aria-label="Faces">
            <table>
            <thead><tr><th class="rank"></th>{rows[0].Pictures.Select(picture => (Html)$"""<th scope="col">{Html.Name(picture.Label)}</th>""")}</tr></thead>
            {rows.GroupBy(row => row.Rank).Select(rank => Ranked(report, rank.Key, [.. rank]))}
            </table>
            </div>
            <figcaption>Below each face its {metric.Title}, in dB; the best of a row is bold. {OrderOf(rows, metric)}</figcaption>
            </figure>
            """;
    }

    private static string OrderOf(IReadOnlyList<GridRow> rows, Metric metric) => rows[0].Rank == "all"
        ? $"Rows are in the order of {metric.Title} of the model that is best by it."
        : $"Rows are the best, the median and the worst faces by {metric.Title} of the model that is best by it: {(rows.Count == 3 ? "one" : rows.Count / 3)} of each.";

    private static Html Ranked(EvaluationReport report, string rank, GridRow[] rows) => $"""
        <tbody>
        {rows.Index().Select(row => (Html)$"""
            <tr>{Html.When(row.Index == 0, $"""<th class="rank" scope="rowgroup" rowspan="{rows.Length}"><span>{rank}</span></th>""")}{Cells(report, row.Item)}</tr>

            """)}
        </tbody>

        """;

    private static IEnumerable<Html> Cells(EvaluationReport report, GridRow row)
    {
        var best = BestOf(report, row);
        var name = Path.GetFileName(row.Face.Path);
        foreach (var (place, picture) in row.Pictures.Index())
        {
            var small = picture.Picture.Width < row.Pictures[^1].Picture.Width;
            yield return $"""<td><img class="{(small ? "small" : "large")}" src="{Html.AddressOf(picture.Picture)}" width="128" height="128" alt="{picture.Label}: {name}" title="{picture.Label}: {name}"><br>{Html.Bold(best.Contains(place), picture.Note)}</td>""";
        }
    }

    /// <summary>The places in a row of the models that did best on its face: more than one where they are told apart by less than is written.</summary>
    private static HashSet<int> BestOf(EvaluationReport report, GridRow row)
    {
        var metric = report.Protocol.HeadlineMetric;
        if (report.Models.Count < 2)
            return [];

        // Models stand before the last picture, which is the true one.
        var first = row.Pictures.Count - 1 - report.Models.Count;
        var face = report.Faces.Index().First(face => face.Item == row.Face).Index;
        string[] written = [.. report.Models.Select(model => EvaluationPage.Text(metric, model.Of(metric)![face]))];
        var best = EvaluationPage.Text(metric, report.Models.Max(model => model.Of(metric)![face]));
        return [.. written.Index().Where(model => model.Item == best).Select(model => first + model.Index)];
    }
}
