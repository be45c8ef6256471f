using System.Numerics;
using Revisage.Faces;

namespace Revisage.Data.Sources;

/// <summary>
/// Frames of the YouTube Faces DB with 68 points, as the facial key points set of github.com/udacity/P1_Facial_Keypoints
/// has them: <c>training/Name_NN.jpg</c> with <c>training_frames_keypoints.csv</c>, and <c>test</c> likewise; or a selection,
/// <c>images</c> with <c>keypoints.csv</c>. A line is the file's name and x and y of each point. Of the two digits, the
/// first is the video's. People are also LFW's, under the same names. Udacity's two parts have frames of one name with different
/// crops: where a selection put both into one folder, the file is the one of the last line, which is the one that counts.
/// </summary>
public sealed class YouTubeFacesKeypoints : IDatasetLayout
{
    private static readonly (string Csv, string Folder, string? Split)[] Parts =
        [("training_frames_keypoints.csv", "training", "train"), ("test_frames_keypoints.csv", "test", "test"), ("keypoints.csv", "images", null)];

    public string Id => "ytf-keypoints";

    public DatasetTerms Terms { get; } = new(
        "YouTube Faces key points",
        "Wolf, Hassner, Maoz: Face Recognition in Unconstrained Videos with Matched Background Similarity, CVPR 2011; https://github.com/udacity/P1_Facial_Keypoints",
        "key points MIT (Udacity); frames of the YouTube Faces DB for research");

    public bool Recognises(string folder) => PartsOf(folder).Any();

    public SourceListing Read(string folder)
    {
        var files = new DatasetFolder(folder, Terms.Name);
        var problems = new List<SourceProblem>();
        var faces = new List<SourceFace>();
        foreach (var (csv, below, split) in PartsOf(folder).DefaultIfEmpty(Parts[^1]))
        {
            var pictures = files.PicturesBelow(files.MustHaveFolder(below), problems);
            using var table = new AnnotationTable(files.MustHaveFile(csv), ',');
            if (!table.Next() || table.Count != 1 + 2 * Landmarks.Count)
            {
                throw new RevisageException($"'{table.Path}' should have 137 columns, a file and {Landmarks.Count} points, but begins with '{table.Excerpt()}': it is another dataset's. Put the right one there.");
            }

            var points = pictures.Read(
                table, "file and 68 points", (AnnotationTable line, out Vector2[] value) => line.TryPoints(1, Landmarks.Count, out value), lastCounts: true);
            for (var i = 0; i < points.Length; i++)
            {
                if (!IsFrame(pictures.Names[i]))
                {
                    pictures.LeaveOut(i, SourceProblemKind.MalformedName, "not a person's name and two digits, such as 'Name_01'");
                }
            }

            faces.AddRange(pictures.Faces(i =>
            {
                var name = Path.GetFileNameWithoutExtension(pictures.Names[i]);
                return new SourceFace
                {
                    Path = pictures.PathOf(i),
                    Name = pictures.Names[i],
                    Split = split,
                    Identity = name[..^3],
                    Photograph = name[..^1],
                    Landmarks = new Landmarks(points[i]),
                };
            }));
        }

        return new SourceListing(faces, problems);
    }

    private static IEnumerable<(string Csv, string Folder, string? Split)> PartsOf(string folder) =>
        Parts.Where(part => File.Exists(Path.Combine(folder, part.Csv)) && Directory.Exists(Path.Combine(folder, part.Folder)));

    private static bool IsFrame(string path)
    {
        var name = Path.GetFileNameWithoutExtension(path.AsSpan());
        return name.Length > 3 && name[^3] == '_' && char.IsAsciiDigit(name[^2]) && char.IsAsciiDigit(name[^1]);
    }
}
