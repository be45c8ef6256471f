using Revisage.Metrics;

namespace Revisage.Evaluation;

/// <summary>What was measured of one model; a metric whose weights are not installed is not there, and never estimated.</summary>
public sealed class ModelScores
{
    private const int VerificationSteps = 20;

    private readonly IReadOnlyDictionary<Metric, double[]> values;
    private readonly IReadOnlyDictionary<Metric, double> ofSet;
    private readonly IReadOnlyDictionary<Metric, Interval> intervals;

    internal ModelScores(
        string name, double? facesPerSecond, IReadOnlyDictionary<Metric, double[]> values, IReadOnlyDictionary<Metric, double> ofSet, IReadOnlyDictionary<Metric, Interval> intervals)
    {
        (Name, FacesPerSecond) = (name, facesPerSecond);
        (this.values, this.ofSet, this.intervals) = (values, ofSet, intervals);
    }

    public string Name { get; }

    /// <summary>Of the enlargement alone: no reading, no comparing, no first batch. Null of results that were there already.</summary>
    public double? FacesPerSecond { get; }

    public double Psnr => Mean(Metric.Psnr)!.Value;

    public double PsnrY => Mean(Metric.PsnrY)!.Value;

    public double Ssim => Mean(Metric.Ssim)!.Value;

    /// <summary>The mean over all faces, or the one number that all have together; null where it was not measured.</summary>
    public double? Mean(Metric metric) => values.TryGetValue(metric, out var each) ? each.Average() : ofSet.TryGetValue(metric, out var one) ? one : null;

    /// <summary>The mean over some of the faces; null where it was not measured, or is not measured by face.</summary>
    public double? Mean(Metric metric, FaceGroup group)
    {
        ArgumentNullException.ThrowIfNull(group);
        return values.TryGetValue(metric, out var each) ? group.Faces.Average(face => each[face]) : null;
    }

    /// <summary>A number for each face, in the report's order; null where they were not measured.</summary>
    public IReadOnlyList<double>? Of(Metric metric) => values.GetValueOrDefault(metric);

    /// <summary>Of the mean; null where there is none, or only one face.</summary>
    public Interval? IntervalOf(Metric metric) => intervals.TryGetValue(metric, out var interval) ? interval : null;

    /// <summary>
    /// The share of faces whose similarity to the true one exceeds each threshold from 0 to 1 (W-Net 2024, figure 6); empty where
    /// identities were not measured.
    /// </summary>
    public IReadOnlyList<(double Threshold, double Share)> Verification() => values.TryGetValue(Metric.Identity, out var similarities)
        ? [.. Enumerable.Range(0, VerificationSteps + 1).Select(step => (double)step / VerificationSteps).Select(threshold => (threshold, CosineSimilarity.ShareAbove(similarities, threshold)))]
        : [];
}
