namespace Revisage.Data.Sources;

/// <summary>
/// Press photographs of deepface's tests: <c>images/img1.jpg</c>, and in <c>images/master.csv</c> pairs with the decision
/// Yes (the same person) or No. Pictures joined by a Yes, over however many pairs, are of one identity, called as the first;
/// those that no Yes joins have none, since nobody compared them with all.
/// </summary>
public sealed class PressPhotos : IDatasetLayout
{
    public string Id => "press";

    public DatasetTerms Terms { get; } = new(
        "deepface's test photographs",
        "https://github.com/serengil/deepface, tests/unit/dataset",
        "repository MIT; photographs from the press, which their owners hold the rights to; for evaluation only");

    public bool Recognises(string folder) => File.Exists(Path.Combine(folder, "images", "master.csv"));

    public SourceListing Read(string folder)
    {
        var files = new DatasetFolder(folder, Terms.Name);
        var problems = new List<SourceProblem>();
        var pictures = files.PicturesBelow(files.MustHaveFolder("images"), problems);
        var path = files.MustHaveFile(Path.Combine("images", "master.csv"));
        var pairs = ReadPairs(path, pictures, problems);

        // Each picture points to one of the same person with a smaller number, or to itself.
        var same = Enumerable.Range(0, pictures.Names.Count).ToArray();
        int First(int picture) => same[picture] == picture ? picture : same[picture] = First(same[picture]);
        foreach (var (one, other, _, _) in pairs.Where(pair => pair.Same))
        {
            var (a, b) = (First(one), First(other));
            same[Math.Max(a, b)] = Math.Min(a, b);
        }

        foreach (var (one, other, _, line) in pairs.Where(pair => !pair.Same && First(pair.One) == First(pair.Other)))
        {
            problems.Add(new SourceProblem($"images/master.csv:{line}", "contradicting pair", $"'{pictures.Names[one]}' and '{pictures.Names[other]}' are of one person by other lines"));
        }

        var known = pairs.Where(pair => pair.Same).Select(pair => First(pair.One)).ToHashSet();
        return new SourceListing(
            [.. pictures.Faces(i => new SourceFace
            {
                Path = pictures.PathOf(i),
                Name = pictures.Names[i],
                Split = "test",
                Identity = known.Contains(First(i)) ? Path.GetFileNameWithoutExtension(pictures.Names[First(i)]) : null,
            })],
            problems);
    }

    private static List<(int One, int Other, bool Same, int Line)> ReadPairs(string path, AnnotatedPictures pictures, List<SourceProblem> problems)
    {
        using var table = new AnnotationTable(path, ',');
        table.MustHaveColumns("file_x", "file_y", "Decision");
        var pairs = new List<(int, int, bool, int)>();
        while (table.Next())
        {
            if (table.Count != 3 || table[2] is not ("Yes" or "No"))
            {
                problems.Add(new SourceProblem($"images/master.csv:{table.Number}", SourceProblemKind.MalformedLine, $"'{table.Excerpt()}' is not 'file,file,Yes or No'"));
                continue;
            }

            var (one, other) = (pictures.Find(table[0]), pictures.Find(table[1]));
            if (one >= 0 && other >= 0)
            {
                pairs.Add((one, other, table[2] is "Yes", table.Number));
            }

            for (var i = 0; i < 2; i++)
            {
                if ((i == 0 ? one : other) < 0)
                {
                    pictures.NameAbsent(table[i].ToString(), $"named in 'images/master.csv', line {table.Number}");
                }
            }
        }

        return pairs;
    }
}
