using System.Globalization;
using Revisage.Faces;

namespace Revisage.Photographs;

/// <summary>Which faces of a photograph are restored.</summary>
public sealed record FaceChoice
{
    /// <summary>So many of them, the largest; null for all.</summary>
    public int? Count { get; init; }

    /// <summary>Only faces whose centre lies in it, in pixels of the photograph; null for anywhere.</summary>
    public FaceBox? Within { get; init; }

    /// <summary>The least larger side of a face's box, in pixels of the photograph.</summary>
    public double LeastSize { get; init; }

    /// <summary>The least score, from 0 to 1.</summary>
    public double LeastScore { get; init; } = 0.5;

    /// <summary>How far a face may be turned aside, in degrees.</summary>
    public double GreatestYaw { get; init; } = 90;

    /// <summary>Each face in its order, with why it is left as it is; null for one that is chosen.</summary>
    public IReadOnlyList<(AlignedFace Face, string? Skipped)> Choose(IReadOnlyList<AlignedFace> faces)
    {
        ArgumentNullException.ThrowIfNull(faces);
        var fit = faces.Select(face => (Face: face, Why: Why(face))).ToArray();
        var largest = fit.Where(one => one.Why is null).Select(one => one.Face).OrderByDescending(face => face.Found.Box.Size).Take(Count ?? int.MaxValue).ToHashSet();
        return [.. fit.Select(one => (one.Face, one.Why ?? (largest.Contains(one.Face) ? null : $"not among the {(Count == 1 ? "largest" : $"{Count} largest")}")))];
    }

    private string? Why(AlignedFace face)
    {
        var (box, score, _) = face.Found;
        return score < LeastScore ? Text($"its score {score:0.00} is below {LeastScore:0.00}")
            : box.Size < LeastSize ? Text($"{box.Size:0} pixels, below {LeastSize:0}")
            : Within?.Holds(box.CentreX, box.CentreY) == false ? "outside of the box that was asked for"
            : Math.Abs(face.Yaw) > GreatestYaw ? Text($"turned aside by {Math.Abs(face.Yaw):0} degrees, more than {GreatestYaw:0}")
            : null;

        static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
    }
}
