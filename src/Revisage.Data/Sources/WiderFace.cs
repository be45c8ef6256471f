using Revisage.Imaging;

namespace Revisage.Data.Sources;

/// <summary>
/// WIDER FACE (Yang, CVPR 2016): <c>WIDER_train/images/0--Parade/x.jpg</c>, <c>WIDER_val</c> likewise, and in
/// <c>wider_face_split</c> (or beside) <c>wider_face_train_bbx_gt.txt</c> and <c>..._val_...</c>: a picture's name, its number
/// of faces, and of each left, top, width, height, blur, expression, illumination, invalid, occlusion and pose. Where
/// the number is 0, a line of zeros follows. Faces marked invalid or heavily occluded (2) are left out; blurred ones
/// are kept. The test pictures have no boxes and are not read.
/// </summary>
public sealed class WiderFace : IDatasetLayout
{
    private const int Values = 10;

    private const string Form = "left top width height blur expression illumination invalid occlusion pose";

    public string Id => "wider-face";

    public DatasetTerms Terms { get; } = new(
        "WIDER FACE",
        "Yang, Luo, Loy, Tang: WIDER FACE: A Face Detection Benchmark, CVPR 2016; http://shuoyang1213.me/WIDERFACE/",
        "no licence stated; photographs from the web, which their owners hold the rights to; for research");

    public bool Recognises(string folder) =>
        Directory.Exists(Path.Combine(folder, "WIDER_train", "images")) || Directory.Exists(Path.Combine(folder, "WIDER_val", "images"));

    public SourceListing Read(string folder)
    {
        var files = new DatasetFolder(folder, Terms.Name, "wider_face_split");
        var problems = new List<SourceProblem>();
        var faces = new List<SourceFace>();
        foreach (var split in new[] { "train", "val" })
        {
            var below = Path.Combine(folder, $"WIDER_{split}", "images");
            if (Directory.Exists(below))
            {
                ReadSplit(files, split, below, faces, problems);
            }
        }

        return faces.Count > 0
            ? new SourceListing(faces, problems)
            : throw new RevisageException($"'{folder}' holds no face of {Terms.Name}: neither 'WIDER_train/images' nor 'WIDER_val/images' has a picture with usable boxes. Name the folder that both were unpacked to.");
    }

    private static void ReadSplit(DatasetFolder files, string split, string below, List<SourceFace> faces, List<SourceProblem> problems)
    {
        var path = files.MustHaveFile($"wider_face_{split}_bbx_gt.txt");
        var pictures = files.PicturesBelow(below, problems);
        var seen = new bool[pictures.Names.Count];
        var file = files.Relative(path);
        using var table = new AnnotationTable(path);
        void Malformed(string form) =>
            problems.Add(new SourceProblem($"{file}:{table.Number}", SourceProblemKind.MalformedLine, $"'{table.Excerpt()}' is not '{form}'"));

        if (!table.Next() || !ImageFile.LooksReadable(table.Line.ToString()))
        {
            throw new RevisageException($"'{path}' should begin with a picture's name, but begins with '{table.Excerpt()}': it is no list of boxes of WIDER FACE. Put the right one there.");
        }

        for (var more = true; more;)
        {
            // After damage, all up to the next picture's name is passed over, line by line.
            var name = table.Line.Trim().ToString();
            if (!ImageFile.LooksReadable(name))
            {
                Malformed("picture's name");
                more = table.Next();
                continue;
            }

            var picture = pictures.Find(name);
            var line = table.Number;
            if (picture < 0)
            {
                pictures.NameAbsent(name, $"named in '{file}', line {line}");
            }
            else if (seen[picture])
            {
                problems.Add(new SourceProblem($"{file}:{line}", SourceProblemKind.DuplicateName, $"'{name}' has boxes already, which are kept"));
                picture = -1;
            }
            else
            {
                seen[picture] = true;
            }

            more = table.Next();
            if (!more || table.Count != 1 || !table.TryInteger(0, out var count) || count < 0)
            {
                problems.Add(new SourceProblem($"{file}:{line}", SourceProblemKind.MalformedLine, $"no number of faces below '{name}'"));
                continue;
            }

            more = table.Next();
            for (var number = 1; more && number <= Math.Max(1, count) && !ImageFile.LooksReadable(table.Line.Trim().ToString()); number++, more = table.Next())
            {
                if (table.Count != Values || !Flags(table, out var invalid, out var occlusion))
                {
                    Malformed(Form);
                }
                else if (picture >= 0 && count > 0)
                {
                    var face = pictures.NameOf(picture, number);
                    if (invalid != 0 || occlusion == 2)
                    {
                        problems.Add(new SourceProblem(face, invalid != 0 ? "marked invalid" : "heavily occluded", $"'{file}', line {table.Number}"));
                    }
                    else if (!table.TryBox(0, out var box))
                    {
                        Malformed(Form);
                    }
                    else
                    {
                        faces.Add(new SourceFace { Path = pictures.PathOf(picture), Name = face, Split = split, Box = box });
                    }
                }
            }

            if (count == 0 && picture >= 0)
            {
                problems.Add(new SourceProblem(pictures.Names[picture], "no face marked", $"'{file}', line {line}"));
            }
        }

        for (var i = 0; i < seen.Length; i++)
        {
            if (!seen[i])
            {
                pictures.LeaveOut(i, SourceProblemKind.MissingAnnotation, $"not in '{file}'");
            }
        }
    }

    private static bool Flags(AnnotationTable line, out int invalid, out int occlusion) =>
        line.TryInteger(7, out invalid) & line.TryInteger(8, out occlusion);
}
