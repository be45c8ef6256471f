using Revisage.Faces;

namespace Revisage.Data.Sources;

/// <summary>
/// Real poor faces without ground truth, in up to four folders. <c>family/F0002_MID2_P00015_face2.jpg</c> (Families in the
/// Wild: family, member, photograph) and <c>soft/26_1_0_20170116.jpg</c> (UTKFace's labels): the last tenth by name is
/// val, the others train. <c>without_mask</c> and <c>small</c> are test; <c>small.csv</c> gives each face's corner,
/// side and the detector's score, and <c>Name_0001_12_34.png</c> the photograph before the last two numbers.
/// </summary>
public sealed class LowQualityFaces : IDatasetLayout
{
    private static readonly string[] Folders = ["family", "soft", "without_mask", "small"];

    public string Id => "low-quality";

    public DatasetTerms Terms { get; } = new(
        "low-quality faces",
        "Robinson et al.: Families in the Wild, ACM MM 2016; UTKFace; github.com/chandrikadeb7/Face-Mask-Detection; backgrounds of Labeled Faces in the Wild",
        "for non-commercial research; without_mask and small for evaluation only");

    public bool Recognises(string folder) => Folders.Count(name => Directory.Exists(Path.Combine(folder, name))) >= 2;

    public SourceListing Read(string folder)
    {
        var files = new DatasetFolder(folder, Terms.Name);
        var problems = new List<SourceProblem>();
        var faces = new List<SourceFace>();
        foreach (var name in Folders)
        {
            if (files.FindFolder(name) is { } below)
            {
                var pictures = files.PicturesBelow(below, problems);
                faces.AddRange(name switch
                {
                    "family" => ReadFamily(pictures),
                    "soft" => ReadSoft(pictures),
                    "small" => ReadSmall(files, pictures),
                    _ => pictures.Faces(i => new SourceFace { Path = pictures.PathOf(i), Name = pictures.Names[i], Split = "test" }),
                });
            }
        }

        return faces.Count > 0
            ? new SourceListing(faces, problems)
            : throw new RevisageException($"'{folder}' has none of the folders {string.Join(", ", Folders.Select(name => $"'{name}'"))}. Name the one that holds them.");
    }

    private static string SplitOf(int picture, AnnotatedPictures pictures) => picture < pictures.Names.Count - pictures.Names.Count / 10 ? "train" : "val";

    private static IEnumerable<SourceFace> ReadFamily(AnnotatedPictures pictures)
    {
        var labels = pictures.Names.Select(name => Path.GetFileName(name).Split('_')).ToArray();
        for (var i = 0; i < labels.Length; i++)
        {
            if (labels[i] is not [['F', ..], ['M', 'I', 'D', ..], ['P', ..], _])
            {
                pictures.LeaveOut(i, SourceProblemKind.MalformedName, "not family, member, photograph and face, such as 'F0002_MID2_P00015_face2'");
            }
        }

        return pictures.Faces(i => new SourceFace
        {
            Path = pictures.PathOf(i),
            Name = pictures.Names[i],
            Split = SplitOf(i, pictures),
            Identity = $"{labels[i][0]}_{labels[i][1]}",
            Photograph = $"{labels[i][0]}_{labels[i][2]}",
        });
    }

    private static IEnumerable<SourceFace> ReadSoft(AnnotatedPictures pictures)
    {
        var labels = new (int Age, string Gender, string Ethnicity)[pictures.Names.Count];
        for (var i = 0; i < labels.Length; i++)
        {
            if (!UtkFace.TryLabel(pictures.Names[i], out labels[i].Age, out labels[i].Gender, out labels[i].Ethnicity))
            {
                pictures.LeaveOut(i, SourceProblemKind.MalformedName, "not age_gender_race_time");
            }
        }

        return pictures.Faces(i => new SourceFace
        {
            Path = pictures.PathOf(i),
            Name = pictures.Names[i],
            Split = SplitOf(i, pictures),
            Age = labels[i].Age,
            Gender = labels[i].Gender,
            Ethnicity = labels[i].Ethnicity,
        });
    }

    private static IEnumerable<SourceFace> ReadSmall(DatasetFolder files, AnnotatedPictures pictures)
    {
        using var table = new AnnotationTable(files.MustHaveFile(Path.Combine("small", "small.csv")), ',');
        table.MustHaveColumns("file", "x", "y", "side", "score");
        var boxes = pictures.Read(table, "file,x,y,side,score", (AnnotationTable line, out FaceBox? box) =>
        {
            box = null;
            if (line.Count != 5 || !line.TryNumber(1, out var x) || !line.TryNumber(2, out var y) || !line.TryNumber(3, out var side) || side <= 0)
            {
                return false;
            }

            box = new FaceBox(x, y, side, side);
            return true;
        });
        return pictures.Faces(i =>
        {
            var parts = Path.GetFileNameWithoutExtension(pictures.Names[i]).Split('_');
            return new SourceFace
            {
                Path = pictures.PathOf(i),
                Name = pictures.Names[i],
                Split = "test",
                Photograph = parts.Length > 2 ? string.Join('_', parts[..^2]) : null,
                Box = boxes[i],
            };
        });
    }
}
