using System.Numerics;
using Revisage.Faces;

namespace Revisage.Data.Sources;

/// <summary>
/// VGGFace2 (Cao, FG 2018), loosely cropped: <c>train/n000002/0001_01.jpg</c>, where 0001 is the photograph and 01 the face in it,
/// and <c>test</c> likewise; if there, <c>identity_meta.csv</c> (gender) and, in <c>bb_landmark</c>,
/// <c>loose_bb_train.csv</c> and <c>loose_landmark_train.csv</c> (box and 5 points by MTCNN), in the folder or its meta.
/// </summary>
public sealed class VggFace2 : IDatasetLayout
{
    private const string Identities = "identity_meta.csv";

    private static readonly string[] BoxColumns = ["NAME_ID", "X", "Y", "W", "H"];

    private static readonly string[] PointColumns = ["NAME_ID", "P1X", "P1Y", "P2X", "P2Y", "P3X", "P3Y", "P4X", "P4Y", "P5X", "P5Y"];

    public string Id => "vggface2";

    public DatasetTerms Terms { get; } = new(
        "VGGFace2",
        "Cao, Shen, Xie, Parkhi, Zisserman: VGGFace2: A dataset for recognising faces across pose and age, FG 2018; https://www.robots.ox.ac.uk/~vgg/data/vgg_face2/",
        "Creative Commons Attribution-ShareAlike 4.0; the photographs' copyright stays with their owners");

    public bool Recognises(string folder) => HasIdentities(Path.Combine(folder, "train")) || HasIdentities(Path.Combine(folder, "test"));

    public SourceListing Read(string folder)
    {
        var files = new DatasetFolder(folder, Terms.Name, "meta", "bb_landmark", Path.Combine("meta", "bb_landmark"));
        var problems = new List<SourceProblem>();
        var genders = ReadGenders(files, problems);
        var faces = new List<SourceFace>();
        foreach (var split in new[] { "train", "test" })
        {
            var below = Path.Combine(folder, split);
            if (Directory.Exists(below))
            {
                ReadSplit(files, split, below, genders, faces, problems);
            }
        }

        return faces.Count > 0
            ? new SourceListing(faces, problems)
            : throw new RevisageException($"'{folder}' holds no face of {Terms.Name}: neither 'train' nor 'test' has pictures with usable annotations. Name the folder that both were unpacked to.");
    }

    private static bool HasIdentities(string folder) =>
        Directory.Exists(folder) && Directory.EnumerateDirectories(folder).Take(10).Any(below => IsIdentity(Path.GetFileName(below)));

    // n000001
    private static bool IsIdentity(ReadOnlySpan<char> name) => name.Length == 7 && name[0] == 'n' && !name[1..].ContainsAnyExceptInRange('0', '9');

    private static void ReadSplit(
        DatasetFolder files, string split, string below, Dictionary<string, string>? genders, List<SourceFace> faces, List<SourceProblem> problems)
    {
        var pictures = files.PicturesBelow(below, problems, ".jpg");
        var names = pictures.Names;
        var identities = new string[names.Count];
        for (var i = 0; i < names.Count; i++)
        {
            var who = names[i].AsSpan(split.Length + 1);
            who = who[..Math.Max(0, who.IndexOf('/'))];
            identities[i] = i > 0 && who.SequenceEqual(identities[i - 1]) ? identities[i - 1] : who.ToString();
            if (!IsIdentity(who))
            {
                pictures.LeaveOut(i, SourceProblemKind.MalformedName, "not in a folder of an identity, such as 'n000001'");
            }
            else if (genders is not null && genders.TryAdd(identities[i], ""))
            {
                problems.Add(new SourceProblem(identities[i], SourceProblemKind.MissingAnnotation, $"no gender in '{Identities}'"));
            }
        }

        var boxes = files.FindFile($"loose_bb_{split}.csv") is { } bb
            ? Read(bb, pictures, BoxColumns, (AnnotationTable line, out FaceBox? box) =>
            {
                box = null;
                return line.Count == BoxColumns.Length && line.TryBox(1, out box);
            })
            : null;
        var points = files.FindFile($"loose_landmark_{split}.csv") is { } landmark
            ? Read(landmark, pictures, PointColumns, (AnnotationTable line, out Vector2[] five) => line.TryPoints(1, 5, out five))
            : null;
        faces.AddRange(pictures.Faces(i => new SourceFace
        {
            Path = pictures.PathOf(i),
            Name = names[i],
            Split = split,
            Identity = identities[i],
            Photograph = i > 0 && OfOne(names[i - 1], names[i]) || i + 1 < names.Count && OfOne(names[i], names[i + 1]) ? Photograph(names[i]).ToString() : null,
            Box = boxes?[i],
            Points = points?[i],
            Gender = genders?[identities[i]] is { Length: > 0 } gender ? gender : null,
        }));
    }

    private static T?[] Read<T>(string path, AnnotatedPictures pictures, string[] columns, LineReader<T> read)
    {
        using var table = new AnnotationTable(path, ',');
        table.MustHaveColumns(columns);
        return pictures.Read(table, string.Join(',', columns), read);
    }

    /// <summary>m or f by identity; null without the file.</summary>
    private static Dictionary<string, string>? ReadGenders(DatasetFolder files, List<SourceProblem> problems)
    {
        if (files.FindFile(Identities) is not { } path)
        {
            return null;
        }

        var genders = new Dictionary<string, string>();
        using var table = new AnnotationTable(path, ',');
        if (!table.Next() || table[0] is not "Class_ID")
        {
            throw new RevisageException($"'{path}' should begin with 'Class_ID, Name, Sample_Num, Flag, Gender', but begins with '{table.Excerpt()}': it is another dataset's. Put the right one there.");
        }

        while (table.Next())
        {
            // n000001, "14th_Dalai_Lama",424,0, m, and now and then a comma in the name: the gender is the last that is there.
            var last = table.Count - 1;
            while (last > 0 && table[last].IsEmpty)
            {
                last--;
            }

            if (!IsIdentity(table[0]) || table[last] is not ("m" or "f"))
            {
                problems.Add(new SourceProblem($"{files.Relative(path)}:{table.Number}", SourceProblemKind.MalformedLine, $"'{table.Excerpt()}' is not 'identity, name, pictures, flag, m or f'"));
            }
            else if (!genders.TryAdd(table[0].ToString(), table[last].ToString()))
            {
                problems.Add(new SourceProblem($"{files.Relative(path)}:{table.Number}", SourceProblemKind.DuplicateName, $"'{table[0]}' has a line already, which is kept"));
            }
        }

        return genders;
    }

    private static bool OfOne(string one, string other) => Photograph(one).SequenceEqual(Photograph(other));

    // train/n000002/0001 of train/n000002/0001_01.jpg
    private static ReadOnlySpan<char> Photograph(string name) => name.LastIndexOf('_') is > 0 and var bar ? name.AsSpan(0, bar) : name;
}
