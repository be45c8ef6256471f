namespace Revisage.Data.Prepare;

/// <summary>Why pictures gave no face, and what is worth telling of those that did, as reports count it.</summary>
internal static class ProblemKind
{
    public const string Damaged = "damaged picture";
    public const string DamagedParsing = "damaged parsing map";
    public const string NoFace = "no face found";
    public const string TooSmall = "face too small";
    public const string NotSmall = "face not small";
    public const string CutByBorder = "face cut by the border";
    public const string BoxOutside = "box outside the picture";
    public const string LandmarksOutside = "landmarks outside the picture";
    public const string OtherSize = "picture of another size";
    public const string Blurred = "blurred face";
    public const string DuplicateName = "duplicate name";
    public const string Twin = "twin in another split";
    public const string Unsure = "no face that the landmarks agree on";

    public const string SeveralFaces = "several faces, the largest kept";
    public const string NoLandmarks = "kept without landmarks";
    public const string WholeCrop = "landmarks sought in the whole crop";
    public const string SplitOfTwin = "in the split of its twin";
    public const string EdgeRepeated = "border repeated beyond the photograph";
}
