using System.Globalization;

namespace Revisage.Photographs;

/// <summary>How a photograph is enhanced.</summary>
public sealed record EnhanceOptions
{
    /// <summary>How many times as wide and high the result is, from 1 to 8. At 1, pixels outside of the faces' masks are the input's to the last bit.</summary>
    public double Scale { get; init; } = 2;

    /// <summary>How much of what the models make is blended in, from 0, nothing, to 1.</summary>
    public double Strength { get; init; } = 1;

    /// <summary>Which faces are restored.</summary>
    public FaceChoice Faces { get; init; } = new();

    /// <summary>Whether each restored face is changed so that it shrinks to the small face that its model was given.</summary>
    public bool Consistent { get; init; }

    /// <summary>
    /// The least identity similarity (cosine) between a face and what becomes of it, from -1 to 1: less of what the model made is blended in until it is reached. Null not to look.
    /// </summary>
    public double? MinIdentity { get; init; }

    /// <summary>Whether faces that no model was trained for go through the nearest one.</summary>
    public bool Force { get; init; }

    /// <summary>Whether large photographs are looked at in parts too, where the whole is looked at in a smaller size and loses small faces.</summary>
    public bool SmallFaces { get; init; }

    /// <summary>Longest side at which a photograph is looked at for faces.</summary>
    public int WorkingSide { get; init; } = 1280;

    /// <summary>Whether each face's identity similarity is told.</summary>
    public bool TellIdentity { get; init; }

    /// <exception cref="RevisageException">A number is out of its range.</exception>
    public EnhanceOptions Checked() =>
        !(Scale >= 1 && Scale <= 8) ? throw Wrong("scale", Scale, "1 to 8")
        : !(Strength >= 0 && Strength <= 1) ? throw Wrong("strength", Strength, "0 to 1")
        : MinIdentity is { } least && !(least >= -1 && least <= 1) ? throw Wrong("least identity similarity", least, "-1 to 1")
        : !(WorkingSide >= 256) ? throw Wrong("working side", WorkingSide, "256 or more")
        : this;

    private static RevisageException Wrong(string what, double value, string wanted) =>
        new(string.Create(CultureInfo.InvariantCulture, $"The {what} is {value}, but takes {wanted}."));
}

/// <summary>What became of one face.</summary>
/// <param name="Face">Where it is, in pixels of the photograph that was given.</param>
/// <param name="Model">The model that restored it; null of one that was left as it is.</param>
/// <param name="Skipped">Why it was left as it is; null of one that was restored.</param>
public sealed record FaceOutcome(AlignedFace Face, string? Model, SkippedFace? Skipped)
{
    /// <summary>How much of what the model made was blended in.</summary>
    public double Strength { get; init; }

    /// <summary>Cosine similarity of the face's identity before and after; null where it was not asked for.</summary>
    public double? Identity { get; init; }
}

/// <summary>A photograph with its faces restored.</summary>
/// <param name="Faces">Best found first.</param>
/// <param name="Times">Where the time went.</param>
public sealed record EnhancedPhoto(Photo Photo, IReadOnlyList<FaceOutcome> Faces, EnhanceTimes Times);

/// <summary>Time by stage.</summary>
/// <param name="Detect">Finding and aligning faces.</param>
/// <param name="Restore">The models, and what is joined to their results.</param>
/// <param name="Background">Bringing the photograph to the result's size.</param>
/// <param name="Blend">Masks and putting back.</param>
public readonly record struct EnhanceTimes(TimeSpan Detect, TimeSpan Restore, TimeSpan Background, TimeSpan Blend);

/// <summary>A stage of one photograph, for <see cref="IProgress{T}"/>.</summary>
/// <param name="Stage">What begins now.</param>
/// <param name="Faces">How many faces are restored; 0 before they are found.</param>
public readonly record struct EnhanceProgress(EnhanceStage Stage, int Faces);

/// <summary>What is done to a photograph, in this order.</summary>
public enum EnhanceStage
{
    Detect,
    Restore,
    Background,
    Blend,
}
