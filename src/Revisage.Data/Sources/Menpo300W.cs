namespace Revisage.Data.Sources;

/// <summary>
/// Faces with iBUG's points beside them: 300-W and its parts AFW, LFPW, Helen and iBUG, and Menpo (68 points, or 39 of
/// a profile): <c>indoor_001.png</c> and <c>indoor_001.pts</c> in whatever subfolders. Those named trainset, train,
/// testset and test give the split.
/// </summary>
public sealed class Menpo300W : IDatasetLayout
{
    public string Id => "300w";

    public DatasetTerms Terms { get; } = new(
        "300-W and Menpo",
        "Sagonas, Antonakos, Tzimiropoulos, Zafeiriou, Pantic: 300 faces in-the-wild challenge, IMAVIS 2016; Zafeiriou et al.: The Menpo facial landmark localisation challenge, CVPRW 2017; https://ibug.doc.ic.ac.uk/resources/300-W/",
        "for research purposes only; commercial use, such as training commercial algorithms, is not allowed");

    public bool Recognises(string folder) => FacesWithPoints.AreIn(folder, ".pts");

    public SourceListing Read(string folder) => FacesWithPoints.Read(new DatasetFolder(folder, Terms.Name), SplitByFolder, _ => null);

    /// <summary>What the folders on the way to a picture say.</summary>
    internal static string? SplitByFolder(string name)
    {
        foreach (var folder in name.Split('/')[..^1])
        {
            if (folder.ToLowerInvariant() is "trainset" or "train")
            {
                return "train";
            }

            if (folder.ToLowerInvariant() is "testset" or "test")
            {
                return "test";
            }
        }

        return null;
    }
}
