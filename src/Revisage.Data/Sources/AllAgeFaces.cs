using System.Globalization;

namespace Revisage.Data.Sources;

/// <summary>
/// All-Age-Faces (Cheng, 2019): <c>original images/00000A02.jpg</c>, where 00000 is the person and 02 the age; each picture is
/// of another person, 0 to 7380 women, from 7381 on men. Without the originals, <c>aglined faces</c> (so spelled) are read.
/// <c>image sets/train.txt</c> and <c>val.txt</c> give the split, if there. The 5 or more <c>key points</c> are not read.
/// </summary>
public sealed class AllAgeFaces : IDatasetLayout
{
    private const int FirstMan = 7381;

    private static readonly string[] Pictures = ["original images", "aglined faces", "aligned faces"];

    public string Id => "all-age-faces";

    public DatasetTerms Terms { get; } = new(
        "All-Age-Faces",
        "Cheng, Li, Wang, Yu, Wang: Exploiting effective facial patches for robust gender recognition, Tsinghua Science and Technology 24(3), 2019; https://github.com/JingchunCheng/All-Age-Faces-Dataset",
        "no licence stated; for research");

    public bool Recognises(string folder) => Pictures.Any(name => Directory.Exists(Path.Combine(folder, name)));

    public SourceListing Read(string folder)
    {
        var files = new DatasetFolder(folder, Terms.Name, "image sets");
        var problems = new List<SourceProblem>();
        var pictures = files.PicturesBelow(Pictures.Select(files.FindFolder).FirstOrDefault(found => found is not null) ?? files.MustHaveFolder(Pictures[0]), problems, ".jpg");
        var labels = new (int Person, int Age)[pictures.Names.Count];
        for (var i = 0; i < labels.Length; i++)
        {
            if (!TryLabel(Path.GetFileNameWithoutExtension(pictures.Names[i].AsSpan()), out labels[i].Person, out labels[i].Age))
            {
                pictures.LeaveOut(i, SourceProblemKind.MalformedName, "not a person's number, A and an age, such as '00000A02'");
            }
        }

        var splits = files.FindFile("train.txt") is { } train && files.FindFile("val.txt") is { } val
            ? pictures.ReadSplits((train, "train"), (val, "val"))
            : null;
        return new SourceListing(
            [.. pictures.Faces(i => new SourceFace
            {
                Path = pictures.PathOf(i),
                Name = pictures.Names[i],
                Split = splits?[i],
                Identity = labels[i].Person.ToString("00000", CultureInfo.InvariantCulture),
                Age = labels[i].Age,
                Gender = labels[i].Person < FirstMan ? "f" : "m",
            })],
            problems);
    }

    private static bool TryLabel(ReadOnlySpan<char> name, out int person, out int age)
    {
        (person, age) = (0, 0);
        return name.Length >= 7 && name[5] == 'A'
            && int.TryParse(name[..5], NumberStyles.None, CultureInfo.InvariantCulture, out person)
            && int.TryParse(name[6..], NumberStyles.None, CultureInfo.InvariantCulture, out age);
    }
}
