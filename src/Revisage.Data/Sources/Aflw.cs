using System.Numerics;
using Revisage.Faces;

namespace Revisage.Data.Sources;

/// <summary>
/// AFLW (Köstinger, ICCV workshops 2011): pictures in <c>data/flickr/0</c>, <c>2</c> and <c>3</c>, and of each face its
/// box and 21 points in <c>aflw.csv</c>, one line a face, several of one picture below each other or not. The columns are
/// those of vipy's export (vipy.dataset.aflw): FILENAME (maybe with a # before), FACE_X, FACE_Y, FACE_WIDTH,
/// FACE_HEIGHT, then X and Y of the points from LeftBrowLeftCorner to ChinCenter, empty where the head hides one (NaN
/// here). <c>aflw.sqlite</c> itself is not read; <c>scripts/aflw.sql</c> makes the file of it.
/// </summary>
public sealed class Aflw : IDatasetLayout
{
    private const string Csv = "aflw.csv";

    private static readonly string[] PointNames =
    [
        "LeftBrowLeftCorner", "LeftBrowCenter", "LeftBrowRightCorner", "RightBrowLeftCorner", "RightBrowCenter", "RightBrowRightCorner",
        "LeftEyeLeftCorner", "LeftEyeCenter", "LeftEyeRightCorner", "RightEyeLeftCorner", "RightEyeCenter", "RightEyeRightCorner",
        "LeftEar", "NoseLeft", "NoseCenter", "NoseRight", "RightEar", "MouthLeftCorner", "MouthCenter", "MouthRightCorner", "ChinCenter",
    ];

    private static readonly string[] Columns =
        ["FILENAME", "FACE_X", "FACE_Y", "FACE_WIDTH", "FACE_HEIGHT", .. PointNames.SelectMany(name => new[] { $"{name}_X", $"{name}_Y" })];

    public string Id => "aflw";

    public DatasetTerms Terms { get; } = new(
        "AFLW",
        "Köstinger, Wohlhart, Roth, Bischof: Annotated Facial Landmarks in the Wild, ICCV workshops 2011; https://www.tugraz.at/institute/icg/research/team-bischof/lrs/downloads/aflw/",
        "available for non-commercial research purposes only");

    public bool Recognises(string folder) =>
        File.Exists(Path.Combine(folder, Csv)) || new DatasetFolder(folder, Terms.Name, "data").FindFile("aflw.sqlite") is not null;

    public SourceListing Read(string folder)
    {
        var files = new DatasetFolder(folder, Terms.Name, "data");
        if (files.FindFile(Csv) is null && files.FindFile("aflw.sqlite") is { } database)
        {
            throw new RevisageException($"'{database}' is a database, which is not read. Export it: sqlite3 -csv -header '{database}' < scripts/aflw.sql > '{Path.Combine(folder, Csv)}'.");
        }

        var problems = new List<SourceProblem>();
        var path = files.MustHaveFile(Csv);
        var pictures = files.PicturesBelow(folder, problems);
        using var table = new AnnotationTable(path, ',');
        table.MustHaveColumns(Columns);

        var faces = new List<SourceFace>();
        var facesOf = new int[pictures.Names.Count];
        var (lines, malformed) = (0, 0);
        while (table.Next())
        {
            lines++;
            var picture = pictures.Find(table[0]);
            var number = picture < 0 ? 0 : ++facesOf[picture];
            if (!TryFace(table, out var box, out var points))
            {
                malformed++;
                problems.Add(new SourceProblem($"{Csv}:{table.Number}", SourceProblemKind.MalformedLine, $"'{table.Excerpt()}' is not a file, a box and {PointNames.Length} points"));
            }
            else if (picture < 0)
            {
                pictures.NameAbsent(table[0].ToString(), $"named in '{Csv}', line {table.Number}");
            }
            else
            {
                faces.Add(new SourceFace
                {
                    Path = pictures.PathOf(picture),
                    Name = pictures.NameOf(picture, number),
                    Box = box,
                    Points = points,
                });
            }
        }

        if (faces.Count == 0 || 2 * malformed > lines)
        {
            throw new RevisageException($"Of the {lines} lines of '{path}', {faces.Count} are of a picture in '{folder}' and {malformed} are malformed: it is another dataset's. Put the right one there.");
        }

        for (var i = 0; i < facesOf.Length; i++)
        {
            if (facesOf[i] == 0)
            {
                pictures.LeaveOut(i, SourceProblemKind.MissingAnnotation, $"no line in '{Csv}'");
            }
        }

        return new SourceListing(faces, problems);
    }

    private static bool TryFace(AnnotationTable line, out FaceBox? box, out Vector2[] points)
    {
        (box, points) = (null, []);
        if (line.Count != Columns.Length)
        {
            return false;
        }

        if (!line[1].IsEmpty || !line[2].IsEmpty || !line[3].IsEmpty || !line[4].IsEmpty)
        {
            if (!line.TryBox(1, out box))
            {
                return false;
            }
        }

        var read = new Vector2[PointNames.Length];
        for (var i = 0; i < read.Length; i++)
        {
            var field = 5 + 2 * i;
            if (line[field].IsEmpty && line[field + 1].IsEmpty)
            {
                read[i] = new Vector2(float.NaN);
            }
            else if (!line.TryPoint(field, out read[i]))
            {
                return false;
            }
        }

        points = read;
        return true;
    }
}
