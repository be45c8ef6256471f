namespace Revisage.Data.Sources;

/// <summary>
/// CelebA, aligned and cropped to 178x218 (Liu, ICCV 2015): <c>img_align_celeba/000001.jpg</c> (or
/// <c>img_align_celeba_png/000001.png</c>), <c>list_eval_partition.txt</c>, <c>list_landmarks_align_celeba.txt</c> and, if
/// there, <c>identity_CelebA.txt</c> and <c>list_attr_celeba.txt</c>, in the folder or its Anno, Eval and Img.
/// </summary>
public sealed class CelebAAligned : IDatasetLayout
{
    private const string Landmarks = "list_landmarks_align_celeba.txt";

    public string Id => "celeba";

    public DatasetTerms Terms { get; } = new(
        "CelebA, aligned",
        "Liu, Luo, Wang, Tang: Deep Learning Face Attributes in the Wild, ICCV 2015; https://mmlab.ie.cuhk.edu.hk/projects/CelebA.html",
        "available for non-commercial research purposes only");

    public bool Recognises(string folder)
    {
        var files = CelebAAnnotations.Folder(folder, Terms);
        return files.FindFolder("img_align_celeba") is not null || files.FindFolder("img_align_celeba_png") is not null;
    }

    public SourceListing Read(string folder)
    {
        var files = CelebAAnnotations.Folder(folder, Terms);
        var problems = new List<SourceProblem>();
        var jpegs = files.FindFolder("img_align_celeba");
        var pictures = jpegs is not null
            ? files.PicturesBelow(jpegs, problems)
            : files.PicturesBelow(files.MustHaveFolder("img_align_celeba_png"), problems, ".png");
        if (files.FindFile(Landmarks) is null && files.FindFile(CelebAWild.Landmarks) is { } wild)
        {
            throw new RevisageException($"'{wild}' belongs to the pictures in the wild; the aligned ones want '{Landmarks}'. Put it beside, or read 'celeba-wild'.");
        }

        var path = files.MustHaveFile(Landmarks);
        var points = CelebAAnnotations.ReadPoints(path, pictures);
        var outside = points.Count(five => five?.Any(point => point.X is < 0 or > 178 || point.Y is < 0 or > 218) ?? false);
        if (2 * outside > points.Count(five => five is not null))
        {
            throw new RevisageException($"'{path}' has {outside} faces with points outside the aligned pictures' 178x218: it is '{CelebAWild.Landmarks}', renamed. Put the right one there.");
        }

        var splits = CelebAAnnotations.ReadPartition(files, pictures);
        var identities = CelebAAnnotations.ReadIdentities(files, pictures);
        var genders = CelebAAnnotations.ReadGenders(files.FindFile(CelebAAnnotations.AttributeFile), pictures);
        return new SourceListing(
            [.. pictures.Faces(i => new SourceFace
            {
                Path = pictures.PathOf(i),
                Name = pictures.Names[i],
                Split = splits[i],
                Identity = identities?[i],
                Points = points[i],
                Gender = genders?[i],
            })],
            problems);
    }
}
