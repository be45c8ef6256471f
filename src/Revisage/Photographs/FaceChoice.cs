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
    public IReadOnlyList<(AlignedFace Face, SkippedFace? Skipped)> Choose(IReadOnlyList<AlignedFace> faces)
    {
        ArgumentNullException.ThrowIfNull(faces);
        var fit = faces.Select(face => (Face: face, Why: Why(face))).ToArray();
        var largest = fit.Where(one => one.Why is null).Select(one => one.Face).OrderByDescending(face => face.Found.Box.Size).Take(Count ?? int.MaxValue).ToHashSet();
        return [.. fit.Select(one => (one.Face, one.Why ?? (largest.Contains(one.Face) ? null : new SkippedFace(SkipReason.NotAmongLargest, $"not among the {(Count == 1 ? "largest" : $"{Count} largest")}"))))];
    }

    private SkippedFace? Why(AlignedFace face)
    {
        var (box, score, _) = face.Found;
        return score < LeastScore ? Because(SkipReason.Unsure, $"its score {score:0.00} is below {LeastScore:0.00}")
            : box.Size < LeastSize ? Because(SkipReason.BelowSize, $"{box.Size:0} pixels, below {LeastSize:0}")
            : Within?.Holds(box.CentreX, box.CentreY) == false ? Because(SkipReason.Elsewhere, $"outside of the box that was asked for")
            : Math.Abs(face.Yaw) > GreatestYaw ? Because(SkipReason.TurnedAside, $"turned aside by {Math.Abs(face.Yaw):0} degrees, more than {GreatestYaw:0}")
            : null;

        static SkippedFace Because(SkipReason reason, FormattableString text) => new(reason, text.ToString(CultureInfo.InvariantCulture));
    }
}

/// <summary>Why a face was left as it is.</summary>
/// <param name="Why">In words, with its numbers.</param>
public sealed record SkippedFace(SkipReason Reason, string Why);

/// <summary>Why faces are left as they are.</summary>
public enum SkipReason
{
    /// <summary>The detector is not sure enough that it is a face.</summary>
    Unsure,

    /// <summary>Smaller than was asked for.</summary>
    BelowSize,

    /// <summary>Outside of the box that was asked for.</summary>
    Elsewhere,

    TurnedAside,

    NotAmongLargest,

    /// <summary>Smaller than what any model takes.</summary>
    TooSmall,

    /// <summary>Larger than what any model takes: it needs no restoring.</summary>
    LargeEnough,

    /// <summary>No installed model takes faces of its size.</summary>
    NoModel,
}
