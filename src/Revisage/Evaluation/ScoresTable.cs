using System.Globalization;

namespace Revisage.Evaluation;

/// <summary>The part of a page that has a mean for each model and metric.</summary>
internal static class ScoresTable
{
    /// <param name="other">The model that the others are compared with; null for none.</param>
    public static Html Of(EvaluationReport report, ModelScores? other)
    {
        var headline = report.Protocol.HeadlineMetric;
        Metric[] others = [.. report.Metrics.Where(metric => metric != headline)];
        var best = report.Metrics.ToDictionary(metric => metric, metric => BestOf(report, metric));
        var fastest = report.Models.Count < 2 ? null : report.Models.Max(model => model.FacesPerSecond);
        return $"""
            <div class="scroll tall" tabindex="0" role="region" aria-label="Means">
            <table class="numbers sortable">
            <thead><tr><th scope="col">model</th>{Heading(headline)}{(other is null ? null : GainHeading(headline, other))}{others.Select(Heading)}<th scope="col" title="of the enlargement alone, on this computer">faces/s&nbsp;↑</th></tr></thead>
            <tbody>
            {report.Models.Select(Row)}
            </tbody>
            </table>
            </div>
            """;

        Html Row(ModelScores model) => $"""
            <tr><th scope="row">{model.Name}</th>{Cell(model, headline, best[headline])}{(other is null ? null : Gain(report, model, other))}{others.Select(metric => Cell(model, metric, best[metric]))}{Speed(model.FacesPerSecond, fastest)}</tr>

            """;
    }

    private static Html Heading(Metric metric) => $"""<th scope="col" title="{metric.Definition}">{metric.Title}&nbsp;{EvaluationPage.Arrow(metric)}</th>""";

    private static Html Cell(ModelScores model, Metric metric, string? best)
    {
        if (model.Mean(metric) is not { } mean)
            return $"<td>–</td>";

        var text = EvaluationPage.Text(metric, mean);
        var number = Html.Bold(text == best, text);
        return model.IntervalOf(metric) is { } interval
            ? $"""<td data-value="{mean:R}">{number}<small>[{EvaluationPage.Text(metric, interval.Low)}, {EvaluationPage.Text(metric, interval.High)}]</small></td>"""
            : (Html)$"""<td data-value="{mean:R}">{number}</td>""";
    }

    /// <summary>As it is written, so that models that look alike in the table are both best; null for a model alone.</summary>
    private static string? BestOf(EvaluationReport report, Metric metric)
    {
        double[] means = [.. report.Models.Select(model => model.Mean(metric)).OfType<double>()];
        return means.Length < 2 ? null : EvaluationPage.Text(metric, metric.HigherIsBetter ? means.Max() : means.Min());
    }

    private static Html Gain(EvaluationReport report, ModelScores model, ModelScores other)
    {
        var metric = report.Protocol.HeadlineMetric;
        if (model == other || report.Compare(model, other, metric) is not { } comparison)
            return $"<td>–</td>";

        var byChance = comparison.Interval is not { } interval || (interval.Low <= 0 && interval.High >= 0);
        Html bounds = comparison.Interval is { } known
            ? $"<small>[{EvaluationPage.Signed(metric, known.Low)}, {EvaluationPage.Signed(metric, known.High)}]</small>"
            : Html.Empty;
        return $"""<td class="{(byChance ? "grey" : "gain")}" data-value="{comparison.Gain:R}" title="better on {100 * comparison.Share:0} % of the faces">{EvaluationPage.Signed(metric, comparison.Gain)}{bounds}</td>""";
    }

    private static Html GainHeading(Metric metric, ModelScores other) =>
        $"""<th scope="col" title="mean over the faces of how much better than {other.Name}; grey where its interval holds 0, and the difference may be one of chance">{metric.Title} gain on {other.Name}</th>""";

    private static Html Speed(double? facesPerSecond, double? fastest) => facesPerSecond is { } rate
        ? $"""<td data-value="{rate:R}">{Html.Bold(rate == fastest, rate.ToString("#,0.#", CultureInfo.InvariantCulture))}</td>"""
        : (Html)$"<td>–</td>";
}
