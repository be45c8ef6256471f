using System.Text.Json;
using System.Text.Json.Serialization;

namespace Revisage.Evaluation;

/// <summary>What <see cref="Evaluator"/> found, in the layout of <c>evaluate --json</c>.</summary>
public sealed record EvaluationReport(ProtocolFacts Protocol, IReadOnlyList<ModelScores> Models)
{
    public string ToJson() => JsonSerializer.Serialize(this, EvaluationJson.Default.EvaluationReport);
}

/// <param name="Images">How many faces were compared.</param>
public sealed record ProtocolFacts(string Name, int Scale, int Hr, string Degradation, int Border, int Images);

/// <summary>
/// Means over all faces. What needs weights that are not there is null, never an estimate.
/// </summary>
/// <param name="Psnr">dB on RGB; equal images count as 100.</param>
/// <param name="PsnrY">dB on BT.601 luma; likewise.</param>
/// <param name="FacesPerSecond">Of the enlargement alone: no reading, no comparing, no first batch.</param>
/// <param name="Intervals">By field name, the 95 % bootstrap interval of the mean: [low, high].</param>
/// <param name="Sets">The same means for each source of faces.</param>
public sealed record ModelScores(
    string Name,
    double Psnr,
    double PsnrY,
    double Ssim,
    double? MsSsim,
    double? Lpips,
    double? Identity,
    double? Nme,
    double? Fid,
    double? FrechetIdentity,
    double? DataConsistency,
    double FacesPerSecond,
    IReadOnlyDictionary<string, double[]> Intervals,
    [property: JsonIgnore] IReadOnlyList<SetScores> Sets);

public sealed record SetScores(string Set, int Images, double Psnr, double PsnrY, double Ssim);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(EvaluationReport))]
internal sealed partial class EvaluationJson : JsonSerializerContext;
