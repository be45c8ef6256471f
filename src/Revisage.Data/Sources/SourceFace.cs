using System.Numerics;
using Revisage.Faces;

namespace Revisage.Data.Sources;

/// <summary>One face as a dataset's own files describe it, before anything is detected or cut; null for what they leave open.</summary>
public sealed record SourceFace
{
    /// <summary>The picture, openable as it stands.</summary>
    public required string Path { get; init; }

    /// <summary>Unique within its set: the path below the dataset's folder, with slashes, and <c>#2</c> for a picture's second face.</summary>
    public required string Name { get; init; }

    /// <summary>train, val or test, where the dataset has an official partition.</summary>
    public string? Split { get; init; }

    public string? Identity { get; init; }

    /// <summary>The photograph or video that it is from, where several files are of one; otherwise the file is its own.</summary>
    public string? Photograph { get; init; }

    public FaceBox? Box { get; init; }

    /// <summary>68 points in pixels of the picture.</summary>
    public Landmarks? Landmarks { get; init; }

    /// <summary>Annotated points of another scheme than the 68, in the dataset's order: 5 of CelebA, 21 of AFLW, 194 of Helen, 39 of a Menpo profile.</summary>
    public IReadOnlyList<Vector2>? Points { get; init; }

    /// <summary>Files of the parsing map: one palette picture of all classes, or one picture a class (<c>00000_nose.png</c>).</summary>
    public IReadOnlyList<string> Parsing { get; init; } = [];

    public int? Age { get; init; }

    public string? Gender { get; init; }

    public string? Ethnicity { get; init; }

    /// <summary>
    /// Side of the central square that is the face, where the picture is a prepared crop already, to be kept as it
    /// is; null for a photograph, which is still to be cut.
    /// </summary>
    public int? Hr { get; init; }
}

/// <summary>A dataset's faces, and what in its files could not be used.</summary>
/// <param name="Problems">Each names the file or line, and why.</param>
public sealed record SourceListing(IReadOnlyList<SourceFace> Faces, IReadOnlyList<SourceProblem> Problems);

/// <summary>Something that was left out.</summary>
/// <param name="Name">The face, file or line, relative to the dataset's folder.</param>
/// <param name="Kind">What reports count by, in a few words: <c>damaged picture</c>, <c>no face found</c>.</param>
/// <param name="Detail">What was found.</param>
public sealed record SourceProblem(string Name, string Kind, string Detail);

/// <summary>One dataset's layout on disk.</summary>
public interface IDatasetLayout
{
    /// <summary>As the command and manifests name it: <c>celeba</c>.</summary>
    string Id { get; }

    /// <summary>The dataset's name and the terms on which it is to be had.</summary>
    DatasetTerms Terms { get; }

    /// <summary>Whether the folder is laid out so; asks for file names only.</summary>
    bool Recognises(string folder);

    /// <exception cref="RevisageException">An annotation file is absent, or belongs to another dataset.</exception>
    SourceListing Read(string folder);
}

/// <summary>Where a dataset comes from and on what terms.</summary>
public sealed record DatasetTerms(string Name, string Source, string Licence);
