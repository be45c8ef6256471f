using System.Globalization;
using Revisage.Metrics;

namespace Revisage.Evaluation;

/// <summary>A comparison to look at: one HTML file with all that it shows, faces before numbers, that needs no network.</summary>
public static class EvaluationPage
{
    /// <param name="sections">Reports, each by a protocol of its own, with the faces to show of each; no rows for none.</param>
    /// <param name="against">The model that the others are compared with face by face; null for none.</param>
    /// <exception cref="MissingComponentException">libvips, which writes the pictures, is not installed.</exception>
    public static string Of(IReadOnlyList<(EvaluationReport Report, IReadOnlyList<GridRow> Grid)> sections, string? against)
    {
        ArgumentNullException.ThrowIfNull(sections);
        Html body = $"""
            <header>
            <h1>Faces enlarged, compared</h1>
            {Html.When(sections.Count > 1, $"<nav>{sections.Index().Select(section => (Html)$"""<a href="#s{section.Index}">{section.Item.Report.Protocol.Name}</a>""")}</nav>")}
            </header>
            <main>
            {sections.Index().Select(section => Section(section.Index, section.Item.Report, section.Item.Grid, against))}
            {Definitions([.. sections.Select(section => section.Report)])}
            </main>
            """;
        return Html.Document("Faces enlarged, compared", ["base.css", "report.css", "evaluation.css"], body, "evaluation.js");
    }

    private static Html Section(int place, EvaluationReport report, IReadOnlyList<GridRow> grid, string? against)
    {
        var other = report.Find(against);
        return $"""
            <section id="s{place}">
            <h2>{report.Protocol.Name}</h2>
            <p class="lead">{report.Protocol.Describe()}<br>{report.DescribeFaces()}. Source: {report.Protocol.Source}.</p>
            {FacesTable.Of(report, grid)}
            <h3>Means</h3>
            {ScoresTable.Of(report, other)}
            {Distributions(report)}
            <div class="groups">{Enum.GetValues<Grouping>().Select(grouping => GroupsTable.Of(report, grouping))}</div>
            {Html.When(report.Footnotes.Count > 0, $"<h3>Footnotes</h3>\n<ul class=\"notes\">{report.Footnotes.Select(footnote => (Html)$"<li>{footnote}</li>")}</ul>")}
            </section>
            """;
    }

    private static Html Distributions(EvaluationReport report)
    {
        var protocol = report.Protocol;
        Metric[] shown = [protocol.HeadlineMetric, protocol.Headline == Colours.Luma ? Metric.SsimY : Metric.Ssim, Metric.Identity];
        return $"""
            <h3>Face by face</h3>
            <div class="figures">
            {shown.Where(report.Metrics.Contains).Select(metric => Boxes(report, metric))}
            {(report.Metrics.Contains(Metric.Identity) ? Verification(report) : null)}
            </div>
            """;
    }

    private static Html Boxes(EvaluationReport report, Metric metric)
    {
        BoxRow[] rows = [.. report.Models.Where(model => model.Of(metric) is not null).Select(model => new BoxRow(model.Name, model.Of(metric)!))];
        return $"""
            <figure>
            <div class="scroll">{SvgCharts.Boxes(AxisOf(metric), rows)}</div>
            <figcaption>Of each face: {metric.Title}; {(metric.HigherIsBetter ? "higher" : "lower")} is better. Box: the middle half of the faces; line in it: the median; dot: the mean; whiskers: from 5 % to 95 % of the faces.</figcaption>
            </figure>
            """;
    }

    private static Html Verification(EvaluationReport report)
    {
        // Below the least similar face every line is at 100 %.
        var least = report.Models.Min(model => model.Of(Metric.Identity)!.Min());
        var from = Math.Min(0.9, Math.Floor(10 * least) / 10);
        ChartLine[] lines = [.. report.Models.Select(model => new ChartLine(model.Name, VerificationFrom(from, model.Of(Metric.Identity)!)))];
        return $"""
            <figure>
            <div class="scroll">{SvgCharts.Lines("threshold on the similarity to the true face", "faces above it", lines)}</div>
            <ul class="legend">{lines.Index().Select(line => (Html)$"""<li><svg viewBox="0 0 32 8" aria-hidden="true"><path class="line {SvgCharts.ClassOf(line.Index)}" d="M1 4H31"/></svg>{line.Item.Name}</li>""")}</ul>
            <figcaption>Faces that would pass as the same person, for every threshold on the cosine similarity of identities; higher is better.</figcaption>
            </figure>
            """;
    }

    private static IReadOnlyList<(double, double)> VerificationFrom(double from, IReadOnlyList<double> similarities)
    {
        const int steps = 100;
        return [.. Enumerable.Range(0, steps + 1).Select(step => from + step * (1 - from) / steps).Select(threshold => (threshold, CosineSimilarity.ShareAbove(similarities, threshold)))];
    }

    private static Html Definitions(IReadOnlyList<EvaluationReport> reports)
    {
        Metric[] measured = [.. Metric.All.Where(metric => reports.Any(report => report.Metrics.Contains(metric)))];
        return $"""
            <section>
            <h2>What was measured</h2>
            <dl>{measured.Select(metric => (Html)$"<dt>{metric.Title} {Arrow(metric)}</dt><dd>{metric.Definition}; {(metric.HigherIsBetter ? "higher" : "lower")} is better</dd>")}</dl>
            <p class="lead">Below a mean stands its 95 % bootstrap interval: where other faces of the same kind would put it. Every model saw the same faces.</p>
            </section>
            """;
    }

    private static string AxisOf(Metric metric) =>
        metric == Metric.Psnr || metric == Metric.PsnrY ? $"{metric.Title} (dB)"
        : metric == Metric.Identity ? "identity (cosine similarity)"
        : metric.Title;

    internal static string Arrow(Metric metric) => metric.HigherIsBetter ? "↑" : "↓";

    internal static string Text(Metric metric, double value) => value.ToString(metric.Format, CultureInfo.InvariantCulture);

    /// <summary>With its sign, so that a gain is never taken for a mean.</summary>
    internal static string Signed(Metric metric, double value) => value.ToString($"+{metric.Format};−{metric.Format}", CultureInfo.InvariantCulture);
}
