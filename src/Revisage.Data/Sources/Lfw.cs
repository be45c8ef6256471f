namespace Revisage.Data.Sources;

/// <summary>
/// Labeled Faces in the Wild (Huang, 2007): <c>lfw-deepfunneled/Name/Name_0001.jpg</c> (or <c>lfw_funneled</c>, <c>lfw</c>, or the
/// people's folders themselves). View 1, made for development, gives the split where its lists are there, in the folder
/// or its view1: people of <c>peopleDevTrain.txt</c> (else <c>pairsDevTrain.txt</c>) are train, those of DevTest val.
/// </summary>
public sealed class Lfw : IDatasetLayout
{
    private static readonly string[] Versions = ["lfw-deepfunneled", "lfw_funneled", "lfw"];

    public string Id => "lfw";

    public DatasetTerms Terms { get; } = new(
        "Labeled Faces in the Wild",
        "Huang, Ramesh, Berg, Learned-Miller: Labeled Faces in the Wild, UMass Amherst TR 07-49, 2007; Huang, Mattar, Lee, Learned-Miller: Learning to Align from Scratch, NIPS 2012; http://vis-www.cs.umass.edu/lfw/",
        "no licence stated; news photographs, which their owners hold the rights to; for research");

    public bool Recognises(string folder) =>
        Directory.Exists(folder) && (HasPeople(folder) || Versions.Any(version => HasPeople(Path.Combine(folder, version))));

    public SourceListing Read(string folder)
    {
        var files = new DatasetFolder(folder, Terms.Name, "view1");
        var problems = new List<SourceProblem>();
        var pictures = files.PicturesBelow(Versions.Select(files.FindFolder).FirstOrDefault(found => found is not null) ?? folder, problems);
        var people = new string[pictures.Names.Count];
        for (var i = 0; i < people.Length; i++)
        {
            var who = PersonOf(pictures.Names[i]);
            people[i] = i > 0 && who.SequenceEqual(people[i - 1]) ? people[i - 1] : who.ToString();
            if (who.IsEmpty)
            {
                pictures.LeaveOut(i, SourceProblemKind.MalformedName, "not a folder's name and a number, such as 'Name/Name_0001.jpg'");
            }
        }

        var splits = ReadSplits(files, pictures, problems);
        for (var i = 0; splits is not null && i < people.Length; i++)
        {
            if (!splits.ContainsKey(people[i]))
            {
                pictures.LeaveOut(i, SourceProblemKind.MissingAnnotation, $"'{people[i]}' is in no list of View 1");
            }
        }

        return new SourceListing(
            [.. pictures.Faces(i => new SourceFace
            {
                Path = pictures.PathOf(i),
                Name = pictures.Names[i],
                Split = splits?[people[i]],
                Identity = people[i],
            })],
            problems);
    }

    private static bool HasPeople(string folder) =>
        Directory.Exists(folder)
        && Directory.EnumerateDirectories(folder).Take(10).Any(person => File.Exists(Path.Combine(person, $"{Path.GetFileName(person)}_0001.jpg")));

    /// <summary>Empty if the file's name is not the folder's with a number of four digits behind.</summary>
    private static ReadOnlySpan<char> PersonOf(string name)
    {
        var file = Path.GetFileNameWithoutExtension(name.AsSpan());
        var person = Path.GetFileName(Path.GetDirectoryName(name.AsSpan()));
        return file.Length == person.Length + 5 && file.StartsWith(person) && file[person.Length] == '_' && !file[^4..].ContainsAnyExceptInRange('0', '9')
            ? person
            : [];
    }

    private static Dictionary<string, string>? ReadSplits(DatasetFolder files, AnnotatedPictures pictures, List<SourceProblem> problems)
    {
        var splits = new Dictionary<string, string>();
        foreach (var (list, split) in new[] { ("DevTrain.txt", "train"), ("DevTest.txt", "val") })
        {
            if ((files.FindFile("people" + list) ?? files.FindFile("pairs" + list)) is { } path)
            {
                ReadPeople(path, split, splits, files, pictures, problems);
            }
        }

        return splits.Count > 0 ? splits : null;
    }

    /// <summary>Lines of a name and how many pictures; or of pairs, name number number and name number name number.</summary>
    private static void ReadPeople(
        string path, string split, Dictionary<string, string> splits, DatasetFolder files, AnnotatedPictures pictures, List<SourceProblem> problems)
    {
        var file = files.Relative(path);
        var pairs = Path.GetFileName(path).StartsWith("pairs", StringComparison.Ordinal);
        var (lines, malformed) = (0, 0);
        using var table = new AnnotationTable(path);
        var more = table.Next() && (table.Count > 1 || table.Next());
        for (; more; more = table.Next())
        {
            lines++;
            if (!pairs && table.Count == 2 && table.TryInteger(1, out var count) && count > 0)
            {
                Take(0);
                for (var number = 1; number <= count; number++)
                {
                    MustBeThere(table[0].ToString(), number);
                }
            }
            else if (pairs && table.Count == 3 && table.TryInteger(1, out var first) && table.TryInteger(2, out var second))
            {
                Take(0);
                MustBeThere(table[0].ToString(), first);
                MustBeThere(table[0].ToString(), second);
            }
            else if (pairs && table.Count == 4 && table.TryInteger(1, out var left) && table.TryInteger(3, out var right))
            {
                Take(0);
                Take(2);
                MustBeThere(table[0].ToString(), left);
                MustBeThere(table[2].ToString(), right);
            }
            else
            {
                malformed++;
                problems.Add(new SourceProblem($"{file}:{table.Number}", SourceProblemKind.MalformedLine, $"'{table.Excerpt()}' is not '{(pairs ? "name number number, or name number name number" : "name pictures")}'"));
            }
        }

        if (lines == 0 || 2 * malformed > lines)
        {
            throw new RevisageException($"'{path}' should be a list of View 1 of LFW, but {malformed} of its {lines} lines are of another form: it is another dataset's. Put the right one there.");
        }

        void Take(int field)
        {
            var person = table[field].ToString();
            if (!splits.TryAdd(person, split) && splits[person] != split)
            {
                problems.Add(new SourceProblem($"{file}:{table.Number}", SourceProblemKind.DuplicateName, $"'{person}' is listed for {splits[person]} already, which is kept"));
            }
        }

        void MustBeThere(string person, int number)
        {
            var name = $"{person}/{person}_{number:0000}.jpg";
            if (pictures.Find(name) < 0)
            {
                pictures.NameAbsent(name, $"named in '{file}', line {table.Number}");
            }
        }
    }
}
