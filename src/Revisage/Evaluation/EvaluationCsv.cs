using System.Globalization;
using System.Text;

namespace Revisage.Evaluation;

/// <summary>Every number of every face, for spreadsheets and statistics of one's own: a row for each protocol, model and face.</summary>
public static class EvaluationCsv
{
    /// <summary>Numbers that were not measured are left empty.</summary>
    public static string Of(IReadOnlyList<EvaluationReport> reports)
    {
        ArgumentNullException.ThrowIfNull(reports);
        var csv = new StringBuilder();
        csv.AppendJoin(',', ["protocol", "model", "face", "set", "age", "gender", "ethnicity", .. Metric.OfFaces.Select(metric => metric.Name)]).Append('\n');
        foreach (var report in reports)
        {
            foreach (var model in report.Models)
            {
                foreach (var (i, face) in report.Faces.Index())
                {
                    csv.AppendJoin(',',
                    [
                        report.Protocol.Name, Quoted(model.Name), Quoted(face.Path), Quoted(face.Set), face.Age?.ToString(CultureInfo.InvariantCulture) ?? "", Quoted(face.Gender), Quoted(face.Ethnicity),
                        .. Metric.OfFaces.Select(metric => model.Of(metric)?[i].ToString("0.#####", CultureInfo.InvariantCulture) ?? ""),
                    ]).Append('\n');
                }
            }
        }

        return csv.ToString();
    }

    // RFC 4180.
    private static string Quoted(string? text) => text is null ? ""
        : text.AsSpan().ContainsAny(",\"\n\r") ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;
}
