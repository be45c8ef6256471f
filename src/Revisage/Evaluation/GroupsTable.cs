namespace Revisage.Evaluation;

/// <summary>The part of a page that tells groups of faces apart, so that a mean over all does not hide whom a model serves badly.</summary>
internal static class GroupsTable
{
    /// <returns>Nothing where there are not two groups to compare.</returns>
    public static Html Of(EvaluationReport report, Grouping grouping)
    {
        var groups = report.By(grouping);
        if (groups.Count < 2)
            return Html.Empty;

        var metric = report.Protocol.HeadlineMetric;
        var kind = grouping.ToString().ToLowerInvariant();
        return $"""
            <figure>
            <h3>{metric.Title} by {kind}</h3>
            <div class="scroll tall" tabindex="0" role="region" aria-label="{metric.Title} by {kind}">
            <table class="numbers sortable">
            <thead><tr><th scope="col">model</th>{groups.Select(Heading)}</tr></thead>
            <tbody>
            {report.Models.Where(model => model.Of(metric) is not null).Select(Row)}
            </tbody>
            </table>
            </div>
            <figcaption>{Explained(report, groups)}</figcaption>
            </figure>
            """;

        Html Row(ModelScores model)
        {
            var worst = report.Worst(model, grouping, metric)?.Name;
            return $"""
                <tr><th scope="row">{model.Name}</th>{groups.Select(group => Cell(metric, model.Mean(metric, group)!.Value, group, group.Name == worst))}</tr>

                """;
        }
    }

    private static Html Heading(FaceGroup group) =>
        $"""<th scope="col"{Html.When(IsSmall(group), $" class=\"grey\"")}>{group.Name}<small>{group.Faces.Count:N0} {(group.Faces.Count == 1 ? "face" : "faces")}</small></th>""";

    private static Html Cell(Metric metric, double mean, FaceGroup group, bool worst)
    {
        Html mark = Html.When(worst, $"""<span class="worst" title="the group that this model serves worst">▼<span class="unseen"> worst</span></span> """);
        return $"""<td{Html.When(IsSmall(group), $" class=\"grey\"")} data-value="{mean:R}">{mark}{EvaluationPage.Text(metric, mean)}</td>""";
    }

    private static Html Explained(EvaluationReport report, IReadOnlyList<FaceGroup> groups)
    {
        var labelled = groups.Sum(group => group.Faces.Count);
        return $"""
            {Html.When(groups.Count(group => !IsSmall(group)) > 1, $"""<span class="worst">▼</span> The group that a model serves worst, of those with at least {EvaluationReport.SmallestGroup} faces. """)}
            {Html.When(groups.Any(IsSmall), $"Grey: fewer than {EvaluationReport.SmallestGroup} faces, too few to call such a group the worst. ")}
            {Html.When(labelled < report.Faces.Count, $"{report.Faces.Count - labelled:N0} of {report.Faces.Count:N0} faces carry no such label. ")}
            """;
    }

    private static bool IsSmall(FaceGroup group) => group.Faces.Count < EvaluationReport.SmallestGroup;
}
