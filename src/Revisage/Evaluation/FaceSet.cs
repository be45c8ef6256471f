using System.Globalization;
using Revisage.Batch;
using Revisage.Imaging;

namespace Revisage.Evaluation;

/// <summary>One face of a <see cref="FaceSet"/>, as its index describes it; null for what the index leaves open.</summary>
/// <param name="Path">The file, openable as it stands.</param>
/// <param name="Set">The source that the face comes from; means are given by it.</param>
/// <param name="Split">train, val or test (<see cref="FaceSplit"/>); null in a folder without an index.</param>
/// <param name="Hr">Side of the central square that is the face, in pixels of the file; null for the largest there is.</param>
public sealed record FaceImage(string Path, string Set, string? Split, string? Identity, int? Age, string? Gender, string? Ethnicity, int? Hr)
{
    /// <summary>Another photograph of the same person; see <see cref="FaceSet.Guided"/>.</summary>
    public FaceImage? Guide { get; init; }
}

/// <summary>
/// A folder of aligned faces: those that its <c>index.csv</c> names (columns file, set, split, hr, and if known
/// identity, age, gender, ethnicity), or without an index every picture below the folder.
/// </summary>
public sealed class FaceSet
{
    private static readonly string[] Required = ["file", "set", "split", "hr"];

    private FaceSet(string folder, IReadOnlyList<FaceImage> faces) => (Folder, Faces) = (folder, faces);

    public string Folder { get; }

    /// <summary>In the index's order, or by path.</summary>
    public IReadOnlyList<FaceImage> Faces { get; }

    /// <summary>Of a folder without an index: which files are no pictures, in one line; null where all are.</summary>
    public string? LeftOut { get; private init; }

    /// <exception cref="RevisageException">No such folder, nothing in it, or an index that does not hold together.</exception>
    /// <exception cref="OperationCanceledException">Cancelled while the folder is listed.</exception>
    public static FaceSet Open(string folder, CancellationToken cancel = default)
    {
        if (!Directory.Exists(folder))
            throw new RevisageException($"'{folder}' is no folder. Name one that holds faces, with --data.");

        var index = System.IO.Path.Combine(folder, "index.csv");
        string? leftOut = null;
        var faces = File.Exists(index) ? ReadIndex(folder, index) : FindPictures(folder, cancel, out leftOut);
        return faces.Count > 0
            ? new FaceSet(folder, faces) { LeftOut = leftOut }
            : throw new RevisageException($"'{folder}' holds no index.csv and no picture, or an empty index. Name a folder that holds faces.");
    }

    /// <summary>The faces of one split; all of them where no index tells splits apart.</summary>
    /// <exception cref="RevisageException">The index has other splits only.</exception>
    public FaceSet OfSplit(string split)
    {
        var chosen = Faces.Where(face => face.Split is null || face.Split == split).ToArray();
        return chosen.Length > 0
            ? new FaceSet(Folder, chosen)
            : throw new RevisageException(
                $"'{Folder}' has no split '{split}', only {string.Join(", ", Faces.Select(face => $"'{face.Split}'").Distinct())}. Choose one of these.");
    }

    /// <summary>The faces that results are reported on (<see cref="FaceSplit.ToReportOn"/>); all of them where no index tells splits apart.</summary>
    /// <exception cref="RevisageException">All are for training.</exception>
    public FaceSet ToReportOn() => OfSplit(FaceSplit.ToReportOn(Faces.Select(face => face.Split)));

    /// <summary>How many faces, of which split and folder: "686 faces of 'aligned', split test".</summary>
    internal string Describe()
    {
        string[] splits = [.. Faces.Select(face => face.Split).OfType<string>().Where(split => split.Length > 0).Distinct()];
        return FormattableString.Invariant($"{Faces.Count:N0} {(Faces.Count == 1 ? "face" : "faces")} of '{Folder}'{(splits.Length == 0 ? "" : $", split {string.Join(", ", splits)}")}");
    }

    /// <summary>The faces that a protocol compares: those that are large enough, and where it wants guides, those that have one.</summary>
    /// <exception cref="RevisageException">There are none, or a picture cannot be read.</exception>
    public FaceSet Taken(Protocol protocol)
    {
        ArgumentNullException.ThrowIfNull(protocol);
        var large = Faces.Where(protocol.Takes).ToArray();
        if (large.Length == 0)
            throw new RevisageException($"{protocol.Name} compares faces of {protocol.Hr} pixels or more, but all {Faces.Count} of '{Folder}' are smaller. Choose another protocol, or larger faces.");

        var taken = new FaceSet(Folder, large);
        return protocol.Misguided ? taken.Guided().Misguided() : protocol.Guided ? taken.Guided() : taken;
    }

    /// <summary>
    /// The faces of which there is another photograph of the same person in this set, each with that as its guide: the one that
    /// comes next in the set's order, after the last again from the first. The same photograph under two names is none.
    /// </summary>
    /// <exception cref="RevisageException">There are none, or a picture cannot be read.</exception>
    public FaceSet Guided()
    {
        var guided = new List<FaceImage>();
        var people = Faces.Where(face => face.Identity is not null).GroupBy(face => face.Identity).Where(person => person.Skip(1).Any()).ToArray();
        FaceImage[] several = [.. people.SelectMany(person => person)];
        var looks = several.Zip(EveryFault.Of(several, Thumbnail)).DistinctBy(pair => pair.First).ToDictionary(pair => pair.First, pair => pair.Second);
        foreach (var person in people)
        {
            FaceImage[] photographs = [.. person];
            byte[][] thumbnails = [.. photographs.Select(photograph => looks[photograph])];
            for (var i = 0; i < thumbnails.Length; i++)
            {
                var next = Enumerable.Range(i + 1, thumbnails.Length - 1).Select(place => place % thumbnails.Length);
                if (next.Where(other => !PhotoThumbnail.Alike(thumbnails[i], thumbnails[other])).Select(other => photographs[other]).FirstOrDefault() is { } guide)
                {
                    guided.Add(photographs[i] with { Guide = guide });
                }
            }
        }

        var places = Faces.Index().ToDictionary(face => face.Item.Path, face => face.Index);
        return guided.Count > 0 ? new FaceSet(Folder, [.. guided.OrderBy(face => places[face.Path])]) : throw new RevisageException(
            $"A guided model is shown another photograph of each person, but of {Faces.Count} faces of '{Folder}' none has one. Name a set whose index has a column 'identity', such as one of LFW.");

        static byte[] Thumbnail(FaceImage face)
        {
            var image = ImageFile.Load(face.Path);
            return PhotoThumbnail.Of(image.ToRgb24(), image.Width, image.Height);
        }
    }

    /// <summary>The same faces, each with the guide of the next one that shows somebody else, after the last again from the first.</summary>
    /// <exception cref="RevisageException">All show the same person.</exception>
    private FaceSet Misguided() => new(Folder,
    [
        .. Faces.Select((face, i) => face with
        {
            Guide = Enumerable.Range(i + 1, Faces.Count - 1).Select(place => Faces[place % Faces.Count]).FirstOrDefault(other => other.Identity != face.Identity)?.Guide
                ?? throw new RevisageException($"Strangers' guides want two people at least, but all faces of '{Folder}' that have a guide show one. Name a larger set."),
        }),
    ]);

    private static List<FaceImage> ReadIndex(string folder, string index)
    {
        var lines = File.ReadAllLines(index);
        var columns = lines.Length == 0 ? [] : lines[0].TrimStart('\uFEFF').Split(',');
        var missing = Required.Except(columns).ToArray();
        if (missing.Length > 0)
        {
            throw new RevisageException(
                $"'{index}' has no column {string.Join(", ", missing.Select(name => $"'{name}'"))} (found: {string.Join(", ", columns)}). Add it, or remove the index to take every picture.");
        }

        var faces = new List<FaceImage>(lines.Length);
        var absent = new List<string>();
        for (var number = 2; number <= lines.Length; number++)
        {
            var fields = lines[number - 1].Split(',');
            if (fields is [""])
                continue;
            if (fields.Length != columns.Length)
                throw new RevisageException($"'{index}', line {number}: {fields.Length} fields under {columns.Length} columns. Mend the line.");

            string? Text(string column) => Array.IndexOf(columns, column) is >= 0 and var at && fields[at].Length > 0 ? fields[at] : null;
            int? Number(string column) => Text(column) is not { } text ? null
                : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value
                : throw new RevisageException($"'{index}', line {number}: {column} is '{text}', not a whole number. Mend the line.");

            var file = Text("file") ?? throw new RevisageException($"'{index}', line {number}: no file is named. Mend the line.");
            var path = System.IO.Path.Combine(folder, file);
            if (!File.Exists(path))
                absent.Add(file);
            faces.Add(new FaceImage(path, Text("set") ?? "", Text("split") ?? "", Text("identity"), Number("age"), Text("gender"), Text("ethnicity"), Number("hr")));
        }

        return absent.Count == 0
            ? faces
            : throw new RevisageException($"'{index}' names {absent.Count} of {faces.Count} files that are not there (first: '{absent[0]}'). Restore them, or remove their lines.");
    }

    private static List<FaceImage> FindPictures(string folder, CancellationToken cancel, out string? leftOut)
    {
        var listing = PictureListing.Of(folder, except: null, cancel: cancel);
        leftOut = listing.DescribeOthers();
        var name = System.IO.Path.GetFileName(System.IO.Path.GetFullPath(folder));
        return [.. listing.Pictures.Select(path => new FaceImage(path, name, null, null, null, null, null, null))];
    }
}
