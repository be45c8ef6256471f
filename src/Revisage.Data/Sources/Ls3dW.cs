namespace Revisage.Data.Sources;

/// <summary>
/// LS3D-W (Bulat, ICCV 2017): <c>300W-Testset-3D</c>, <c>300VW-3D/{CatA,CatB,CatC,Trainset}/video</c>, <c>Menpo-3D</c>,
/// <c>AFLW2000-3D-Reannotated</c> and the balanced subset, each a picture with its 68 points (projections of points in
/// three dimensions) as Torch 7's tensor of the same name beside, <c>0001.jpg</c> and <c>0001.t7</c>, or as
/// <c>.pts</c>. The points of a .t7 are taken as they stand, as the authors' code does. Of the parts, 300VW's Trainset
/// is train and its categories and the 300-W test set are test.
/// </summary>
public sealed class Ls3dW : IDatasetLayout
{
    private static readonly string[] Parts =
        ["300W-Testset-3D", "300VW-3D", "Menpo-3D", "AFLW2000-3D-Reannotated", "LS3D-W_balanced", "new_dataset"];

    public string Id => "ls3d-w";

    public DatasetTerms Terms { get; } = new(
        "LS3D-W",
        "Bulat, Tzimiropoulos: How far are we from solving the 2D & 3D Face Alignment problem?, ICCV 2017; https://www.adrianbulat.com/face-alignment",
        "for non-commercial research; each part on its own dataset's terms");

    public bool Recognises(string folder) =>
        Parts.Any(part => Directory.Exists(Path.Combine(folder, part))) || FacesWithPoints.AreIn(folder, ".t7");

    public SourceListing Read(string folder) =>
        FacesWithPoints.Read(new DatasetFolder(folder, Terms.Name), Split, Video);

    private static string? Split(string name)
    {
        var folders = name.Split('/')[..^1];
        return folders.Contains("Trainset") ? "train"
            : folders.Any(folder => folder is "CatA" or "CatB" or "CatC" or "300W-Testset-3D") ? "test"
            : null;
    }

    private static string? Video(string name) =>
        name.Split('/').Any(folder => folder is "300VW-3D" or "CatA" or "CatB" or "CatC" or "Trainset") ? Path.GetDirectoryName(name)!.Replace('\\', '/') : null;
}
