namespace Revisage.Data.Sources;

/// <summary>What readers find, in the words that reports count by.</summary>
internal static class SourceProblemKind
{
    /// <summary>A line or file names a picture that is not there.</summary>
    public const string AbsentPicture = "absent picture";

    /// <summary>A picture of which an annotation file says nothing.</summary>
    public const string MissingAnnotation = "missing annotation";

    /// <summary>A line that is not of its file's format.</summary>
    public const string MalformedLine = "malformed line";

    /// <summary>A file of landmarks that does not hold what its dataset's do.</summary>
    public const string MalformedFile = "malformed file";

    /// <summary>A file name that should say who or how old somebody is, and does not.</summary>
    public const string MalformedName = "malformed name";

    /// <summary>The second of two pictures or lines of one name, capital letters or small.</summary>
    public const string DuplicateName = "duplicate name";
}
