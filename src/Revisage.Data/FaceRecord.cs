using Revisage.Faces;

namespace Revisage.Data;

/// <summary>What is known of one prepared face besides its pixels; null for what nobody said.</summary>
public sealed record FaceRecord
{
    /// <summary>Unique within its set, as <c>lfw/Aaron_Peirsol_0001.jpg</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The source that it comes from, such as <c>lfw</c>.</summary>
    public required string Set { get; init; }

    /// <summary>train, val or test; no identity is in two.</summary>
    public required string Split { get; init; }

    /// <summary>Pixels of the stored picture.</summary>
    public required int Width { get; init; }

    /// <inheritdoc cref="Width"/>
    public required int Height { get; init; }

    /// <summary>Side of the central square that is the face; what surrounds it is margin for augmentation.</summary>
    public required int Hr { get; init; }

    /// <summary>In pixels of the stored picture.</summary>
    public Landmarks? Landmarks { get; init; }

    /// <summary>Where the parsing map comes from.</summary>
    public ParsingSource Parsing { get; init; }

    /// <summary>Who it is; faces of one identity are guides for each other.</summary>
    public string? Identity { get; init; }

    /// <summary>The photograph or video that it was cut from: two faces of one are never a pair.</summary>
    public string? Photograph { get; init; }

    public int? Age { get; init; }

    /// <summary>As the source labels it: <c>f</c> or <c>m</c>.</summary>
    public string? Gender { get; init; }

    public string? Ethnicity { get; init; }

    /// <summary>What of it is known.</summary>
    public Annotations Known =>
        (Landmarks is null ? Annotations.None : Annotations.Landmarks)
        | (Parsing == ParsingSource.None ? Annotations.None : Annotations.Parsing)
        | (Identity is null ? Annotations.None : Annotations.Identity);
}

/// <summary>Who drew a face's parsing map (19 classes of CelebAMask-HQ).</summary>
public enum ParsingSource
{
    /// <summary>There is none.</summary>
    None,

    /// <summary>People: CelebAMask-HQ's labels.</summary>
    Labels,

    /// <summary>A face parser (BiSeNet).</summary>
    Network,

    /// <summary>The polygons between the 68 landmarks.</summary>
    Landmarks,
}

/// <summary>What may be known of a face besides its pixels.</summary>
[Flags]
public enum Annotations
{
    None = 0,

    /// <summary>68 points.</summary>
    Landmarks = 1,

    /// <summary>A parsing map.</summary>
    Parsing = 2,

    /// <summary>Who it is.</summary>
    Identity = 4,
}
