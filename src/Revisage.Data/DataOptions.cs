using Revisage.Data.Augmentation;
using Revisage.Degradations;
using Revisage.Faces;
using Revisage.Restoration;

namespace Revisage.Data;

/// <summary>What is fed to a network, and how it is varied.</summary>
public sealed record DataOptions
{
    /// <summary>The photographs' names, for the card of what is trained on them.</summary>
    public string Name { get; init; } = "unnamed";

    /// <summary>The terms on which they are to be had; they bind the trained model too.</summary>
    public string Licence { get; init; } = "unknown";

    /// <summary>Pixels of the large face's side.</summary>
    public int HighRes { get; init; } = 128;

    /// <summary>Pixels of the small face's side; 0 for a network that is not fed small faces.</summary>
    public int LowRes { get; init; } = 16;

    /// <summary>
    /// Side of the face that both are made of, where it is larger than <see cref="HighRes"/>: a growing network learns from
    /// the small faces that it will have in the end. 0 for <see cref="HighRes"/>.
    /// </summary>
    public int FullRes { get; init; }

    /// <summary>
    /// How much closer faces are cut than their set has them: 1.2 shows the central 1 / 1.2 of each. For sets whose poor faces
    /// show less around the face (<c>prepare --low-quality --extent</c>), since a discriminator tells framings apart.
    /// </summary>
    public double Zoom { get; init; } = 1;

    public ValueRange Range { get; init; } = ValueRange.Signed;

    /// <summary>How faces are varied.</summary>
    public AugmentationOptions Augmentation { get; init; } = new();

    /// <summary>How small faces are made of large ones.</summary>
    public DegradationOptions Degradation { get; init; } = new();

    /// <summary>
    /// Half of the large faces are shrunk to so many pixels and enlarged again, for networks that are to look at
    /// small and restored faces too; null to leave all as they are.
    /// </summary>
    public Interval? Softened { get; init; }

    /// <summary>The sources that are trained on, by name; empty for all.</summary>
    public IReadOnlyList<string> Sets { get; init; } = [];

    /// <summary>Puts the small faces out of place, while the large ones stay upright; null to leave them so.</summary>
    public UnalignedOptions? Unaligned { get; init; }

    /// <summary>Whether each face comes with a photograph of the same person, and only faces that have one.</summary>
    public GuideChoice Guides { get; init; }

    /// <summary>Whether guides come with what lays them over the faces by their landmarks.</summary>
    public bool LayGuides { get; init; }

    /// <summary>Standard deviation of what the landmarks are off for <see cref="LayGuides"/>, in pixels of the face as it is cut.</summary>
    public double GuideJitter { get; init; } = 1;

    /// <summary>
    /// Whether each face comes with a real poor one of somebody else, from the set that <c>--low-quality</c> names, at the
    /// small face's size.
    /// </summary>
    public bool LowQuality { get; init; }

    /// <summary>Whether parsing maps are wanted with the faces.</summary>
    public bool Parsing { get; init; }

    /// <summary>Leaves out faces of which less than this is known.</summary>
    public Annotations Only { get; init; }

    /// <summary>Which half of the people is trained on, by their names; faces without a name are in both.</summary>
    public PeopleShare People { get; init; } = PeopleShare.All;

    /// <summary>Draws batches by identity; null for every face once an epoch.</summary>
    public IdentitySampling? Identities { get; init; }

    /// <summary>Memory for decoded faces; a larger set is decoded again for each sample.</summary>
    public int CacheMegabytes { get; init; } = 4096;

    /// <summary>Leaves out faces of fewer pixels: of poor ones, those that would have to be enlarged.</summary>
    internal int LeastSide { get; init; }

    /// <summary>Side of the face that is cut and varied.</summary>
    internal int CutSide => Math.Max(FullRes, HighRes);

    /// <summary>Pixels of a stored face's side that are shown.</summary>
    internal int ShownSide(FaceRecord face) => Math.Max(1, (int)Math.Round(face.Hr / Zoom));

    /// <summary>What is asked of a face, for messages.</summary>
    internal string Asked => string.Join(", ",
        [Sets.Count > 0 ? $"data.sets: {string.Join(", ", Sets)}" : "any set", .. Only == Annotations.None ? Array.Empty<string>() : [$"data.only: {Only}"], .. People == PeopleShare.All ? [] : new[] { $"data.people: {People}" },
            .. LeastSide == 0 ? [] : new[] { $"{LeastSide} pixels or more" }]);

    /// <summary>Whether a face is one of those that are trained on.</summary>
    internal bool Takes(FaceRecord face) =>
        (Sets.Count == 0 || Sets.Contains(face.Set))
        && face.Known.HasFlag(Only)
        && face.Hr >= LeastSide
        && (People == PeopleShare.All || face.Identity is null || ShareOf(face.Identity) == People);

    // FNV-1a: the same everywhere and for ever, as string.GetHashCode is not.
    private static PeopleShare ShareOf(string identity) =>
        (identity.Aggregate(2166136261u, (hash, letter) => (hash ^ letter) * 16777619) >> 16 & 1) == 0 ? PeopleShare.First : PeopleShare.Second;
}

/// <summary>Who is shown beside a face.</summary>
public enum GuideChoice
{
    None,

    /// <summary>Another photograph of the same person (GWAInet, section 4.1).</summary>
    SamePerson,

    /// <summary>Somebody else: what the ablation GWAnet-R is guided by.</summary>
    Stranger,

    /// <summary>Three quarters the same person, an eighth somebody else, an eighth nobody: so that a network learns whom to follow.</summary>
    Mixed,
}

/// <summary>Halves of the people, so that two networks can learn from different ones.</summary>
public enum PeopleShare
{
    All,
    First,
    Second,
}

/// <summary>Batches for metric learning: several faces of each of several people, and others besides.</summary>
public sealed record IdentitySampling
{
    /// <summary>People a batch, each with two faces or more.</summary>
    public int People { get; init; } = 16;

    /// <summary>Faces of each.</summary>
    public int Images { get; init; } = 4;

    /// <summary>Faces besides, each once an epoch.</summary>
    public int Others { get; init; }

    /// <summary>Samples until the next people are drawn.</summary>
    internal int Block => People * Images + Others;
}
