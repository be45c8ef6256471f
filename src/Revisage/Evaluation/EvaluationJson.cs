using System.Text.Json;

namespace Revisage.Evaluation;

/// <summary>A report for programs.</summary>
public static class EvaluationJson
{
    private static readonly JsonWriterOptions Indented = new() { Indented = true };

    // What every model has a field of, measured or not; the others have one where they were measured.
    private static readonly Metric[] Fields =
    [
        Metric.Psnr, Metric.PsnrY, Metric.Ssim, Metric.MsSsim, Metric.Lpips, Metric.PerceptualResnet18, Metric.Identity, Metric.Nme, Metric.Fid, Metric.FrechetResnet18,
        Metric.FrechetIdentity, Metric.DataConsistency,
    ];

    /// <summary>One report as an object; several, each by a protocol of its own, as an array.</summary>
    /// <param name="against">The model that the others are compared with face by face; null for none.</param>
    public static string Of(IReadOnlyList<EvaluationReport> reports, string? against = null)
    {
        ArgumentNullException.ThrowIfNull(reports);
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, Indented))
        {
            if (reports.Count != 1)
                json.WriteStartArray();
            foreach (var report in reports)
                Write(json, report, against);
            if (reports.Count != 1)
                json.WriteEndArray();
        }

        return System.Text.Encoding.UTF8.GetString(stream.ToArray());
    }

    private static void Write(Utf8JsonWriter json, EvaluationReport report, string? against)
    {
        var protocol = report.Protocol;
        json.WriteStartObject();
        json.WriteStartObject("protocol");
        json.WriteString("name", protocol.Name);
        json.WriteNumber("scale", protocol.Scale);
        json.WriteNumber("hr", protocol.Hr);
        json.WriteString("degradation", protocol.DegradationName);
        json.WriteNumber("border", protocol.Border);
        json.WriteNumber("images", report.Faces.Count);
        json.WriteString("headline", protocol.HeadlineMetric.Name);
        json.WriteBoolean("guided", protocol.Guided);
        json.WriteBoolean("unaligned", protocol.Unaligned);
        json.WriteString("crop", protocol.ComparesFiles ? "none" : "central square");
        json.WriteString("split", string.Join(", ", report.Splits));
        json.WriteString("source", protocol.Source);
        json.WriteString("reference_set", report.Reference?.Describe());
        json.WriteEndObject();

        var other = report.Find(against);
        json.WriteStartArray("models");
        foreach (var model in report.Models)
            Write(json, report, model, other);
        json.WriteEndArray();

        json.WriteStartObject("metrics");
        foreach (var metric in Metric.All)
            json.WriteString(metric.Name, metric.Definition);
        json.WriteEndObject();

        json.WriteStartArray("footnotes");
        foreach (var footnote in report.Footnotes)
            json.WriteStringValue(footnote);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, EvaluationReport report, ModelScores model, ModelScores? other)
    {
        json.WriteStartObject();
        json.WriteString("name", model.Name);
        foreach (var metric in Fields)
            WriteNumber(json, metric.Name, model.Mean(metric));
        WriteNumber(json, "faces_per_second", model.FacesPerSecond);
        json.WriteStartObject("intervals");
        foreach (var metric in Metric.OfFaces)
        {
            if (model.IntervalOf(metric) is { } interval)
                WriteInterval(json, metric.Name, interval);
        }

        json.WriteEndObject();
        foreach (var metric in Metric.All.Except(Fields).Where(metric => model.Mean(metric) is not null))
            WriteNumber(json, metric.Name, model.Mean(metric));

        var verification = model.Verification();
        if (verification.Count > 0)
        {
            json.WriteStartArray("verification");
            foreach (var (threshold, share) in verification)
            {
                json.WriteStartObject();
                json.WriteNumber("threshold", threshold);
                json.WriteNumber("share", share);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        if (other is not null && other != model)
            WriteComparison(json, report, model, other);
        WriteGroups(json, report, model);
        json.WriteEndObject();
    }

    private static void WriteComparison(Utf8JsonWriter json, EvaluationReport report, ModelScores model, ModelScores other)
    {
        json.WriteStartObject("against");
        json.WriteString("name", other.Name);
        foreach (var metric in Metric.OfFaces)
        {
            if (report.Compare(model, other, metric) is not { } comparison)
                continue;

            json.WriteStartObject(metric.Name);
            json.WriteNumber("gain", comparison.Gain);
            if (comparison.Interval is { } interval)
                WriteInterval(json, "interval", interval);
            json.WriteNumber("share", comparison.Share);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static void WriteGroups(Utf8JsonWriter json, EvaluationReport report, ModelScores model)
    {
        json.WriteStartObject("groups");
        foreach (var grouping in Enum.GetValues<Grouping>())
        {
            var groups = report.By(grouping);
            if (groups.Count == 0)
                continue;

            json.WriteStartObject(grouping.ToString().ToLowerInvariant());
            json.WriteString("worst", report.Worst(model, grouping, report.Protocol.HeadlineMetric)?.Name);
            json.WriteStartArray("groups");
            foreach (var group in groups)
            {
                json.WriteStartObject();
                json.WriteString("name", group.Name);
                json.WriteNumber("images", group.Faces.Count);
                foreach (var metric in Metric.OfFaces.Where(metric => model.Of(metric) is not null))
                    WriteNumber(json, metric.Name, model.Mean(metric, group));
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static void WriteInterval(Utf8JsonWriter json, string name, Interval interval)
    {
        json.WriteStartArray(name);
        json.WriteNumberValue(interval.Low);
        json.WriteNumberValue(interval.High);
        json.WriteEndArray();
    }

    private static void WriteNumber(Utf8JsonWriter json, string name, double? value)
    {
        if (value is { } number)
            json.WriteNumber(name, number);
        else
            json.WriteNull(name);
    }
}
