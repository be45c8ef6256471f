using System.Numerics;
using Revisage.Faces;

namespace Revisage.Data.Sources;

/// <summary>
/// CelebA in the wild (Liu, ICCV 2015): <c>img_celeba/000001.jpg</c>, <c>list_eval_partition.txt</c>,
/// <c>list_bbox_celeba.txt</c>, <c>list_landmarks_celeba.txt</c> and, if there, <c>identity_CelebA.txt</c> and
/// <c>list_attr_celeba.txt</c>, in the folder or its Anno, Eval and Img.
/// </summary>
public sealed class CelebAWild : IDatasetLayout
{
    internal const string Landmarks = "list_landmarks_celeba.txt";

    public string Id => "celeba-wild";

    public DatasetTerms Terms { get; } = new(
        "CelebA, in the wild",
        "Liu, Luo, Wang, Tang: Deep Learning Face Attributes in the Wild, ICCV 2015; https://mmlab.ie.cuhk.edu.hk/projects/CelebA.html",
        "available for non-commercial research purposes only");

    public bool Recognises(string folder) => CelebAAnnotations.Folder(folder, Terms).FindFolder("img_celeba") is not null;

    public SourceListing Read(string folder)
    {
        var files = CelebAAnnotations.Folder(folder, Terms);
        var problems = new List<SourceProblem>();
        var pictures = files.PicturesBelow(files.MustHaveFolder("img_celeba"), problems);
        var path = files.MustHaveFile(Landmarks);
        var points = CelebAAnnotations.ReadPoints(path, pictures);
        var boxes = CelebAAnnotations.ReadBoxes(files.MustHaveFile("list_bbox_celeba.txt"), pictures);

        // The nose is in the face's box, unless the points are of the aligned pictures.
        var (both, outside) = (0, 0);
        for (var i = 0; i < boxes.Length; i++)
        {
            if (boxes[i] is { } box && points[i] is { } five)
            {
                both++;
                outside += IsInside(box, five[2]) ? 0 : 1;
            }
        }

        if (2 * outside > both)
        {
            throw new RevisageException($"'{path}' has the nose outside the box of 'list_bbox_celeba.txt' in {outside} of {both} faces: it belongs to the aligned pictures. Put the right one there.");
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
                Box = boxes[i],
                Points = points[i],
                Gender = genders?[i],
            })],
            problems);
    }

    private static bool IsInside(FaceBox box, Vector2 point) =>
        point.X >= box.Left && point.X < box.Left + box.Width && point.Y >= box.Top && point.Y < box.Top + box.Height;
}
