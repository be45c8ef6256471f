using System.Globalization;

namespace Revisage.Data.Sources;

/// <summary>
/// CelebAMask-HQ (Lee, CVPR 2020): <c>CelebA-HQ-img/0.jpg</c>, one 512x512 mask for each class that the face shows in
/// <c>CelebAMask-HQ-mask-anno/0/00000_skin.png</c> to <c>14/29999_u_lip.png</c>, and
/// <c>CelebA-HQ-to-CelebA-mapping.txt</c>; the attribute Male of <c>CelebAMask-HQ-attribute-anno.txt</c>, if there. The
/// partition and identities are CelebA's, through the mapping, where its files lie beside (or in Anno and Eval).
/// </summary>
public sealed class CelebAMaskHq : IDatasetLayout
{
    private const string Mapping = "CelebA-HQ-to-CelebA-mapping.txt";

    private static readonly HashSet<string> Classes =
    [
        "skin", "nose", "eye_g", "l_eye", "r_eye", "l_brow", "r_brow", "l_ear", "r_ear",
        "mouth", "u_lip", "l_lip", "hair", "hat", "ear_r", "neck_l", "neck", "cloth",
    ];

    public string Id => "celebamask-hq";

    public DatasetTerms Terms { get; } = new(
        "CelebAMask-HQ",
        "Lee, Liu, Wu, Luo: MaskGAN, CVPR 2020; https://github.com/switchablenorms/CelebAMask-HQ",
        "available for non-commercial research purposes only");

    public bool Recognises(string folder) => Directory.Exists(Path.Combine(folder, "CelebA-HQ-img"));

    public SourceListing Read(string folder)
    {
        var files = CelebAAnnotations.Folder(folder, Terms);
        var problems = new List<SourceProblem>();
        var pictures = files.PicturesBelow(files.MustHaveFolder("CelebA-HQ-img"), problems, ".jpg");
        var masks = FindMasks(files, pictures, problems);
        var originals = ReadMapping(files, pictures);
        var splits = Through(originals, files.FindFile(CelebAAnnotations.PartitionFile), CelebAAnnotations.PartitionForm, CelebAAnnotations.TrySplit, pictures, files, problems);
        var identities = Through(originals, files.FindFile(CelebAAnnotations.IdentityFile), CelebAAnnotations.IdentityForm, CelebAAnnotations.TryIdentity, pictures, files, problems);
        var genders = CelebAAnnotations.ReadGenders(files.FindFile("CelebAMask-HQ-attribute-anno.txt"), pictures);
        return new SourceListing(
            [.. pictures.Faces(i => new SourceFace
            {
                Path = pictures.PathOf(i),
                Name = pictures.Names[i],
                Split = splits?[i],
                Identity = identities?[i],
                Parsing = masks[i],
                Gender = genders?[i],
            })],
            problems);
    }

    private static List<string>[] FindMasks(DatasetFolder files, AnnotatedPictures pictures, List<SourceProblem> problems)
    {
        var masks = pictures.Names.Select(_ => new List<string>()).ToArray();
        foreach (var mask in files.FilesBelow(files.MustHaveFolder("CelebAMask-HQ-mask-anno")))
        {
            // 00000_l_brow.png
            var name = Path.GetFileNameWithoutExtension(mask.AsSpan());
            var bar = name.IndexOf('_');
            if (!mask.EndsWith(".png", StringComparison.OrdinalIgnoreCase) || bar < 0
                || !int.TryParse(name[..bar], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                || !Classes.Contains(name[(bar + 1)..].ToString()))
            {
                problems.Add(new SourceProblem(mask, SourceProblemKind.MalformedName, "not the mask of a class, such as '00000_skin.png'"));
                continue;
            }

            var picture = pictures.Find(number.ToString(CultureInfo.InvariantCulture));
            if (picture < 0)
            {
                pictures.NameAbsent($"{number}.jpg", $"has the mask '{mask}'");
                continue;
            }

            masks[picture].Add(Path.Combine(files.Root, mask));
        }

        for (var i = 0; i < masks.Length; i++)
        {
            if (masks[i].Count == 0)
            {
                pictures.LeaveOut(i, SourceProblemKind.MissingAnnotation, "no mask");
            }
        }

        return masks;
    }

    /// <summary>The CelebA file of each picture.</summary>
    private static string?[] ReadMapping(DatasetFolder files, AnnotatedPictures pictures)
    {
        using var table = new AnnotationTable(files.MustHaveFile(Mapping));
        table.MustHaveColumns("idx", "orig_idx", "orig_file");
        return pictures.Read(table, "idx orig_idx orig_file", (AnnotationTable line, out string original) =>
        {
            var read = line.Count == 3 && line.TryInteger(0, out _);
            original = read ? line[2].ToString() : "";
            return read;
        });
    }

    /// <summary>What a CelebA file says of each picture's original; null without the file.</summary>
    private static string?[]? Through(
        string?[] originals, string? path, string form, LineReader<string> read, AnnotatedPictures pictures, DatasetFolder files, List<SourceProblem> problems)
    {
        if (path is null)
        {
            return null;
        }

        var known = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        using var table = new AnnotationTable(path) { Columns = 2 };
        var (lines, malformed) = (0, 0);
        while (table.Next())
        {
            lines++;
            if (read(table, out var value))
            {
                known.TryAdd(table[0].ToString(), value);
            }
            else
            {
                malformed++;
                problems.Add(new SourceProblem($"{files.Relative(path)}:{table.Number}", SourceProblemKind.MalformedLine, $"'{table.Excerpt()}' is not '{form}'"));
            }
        }

        if (2 * malformed > lines || !originals.Any(original => original is not null && known.ContainsKey(original)))
        {
            throw new RevisageException($"'{path}' should have lines of '{form}' for CelebA's pictures, but {malformed} of {lines} have another form, or none names an original of {Mapping}: it is another dataset's. Put the right one there.");
        }

        var values = new string?[originals.Length];
        for (var i = 0; i < values.Length; i++)
        {
            if (originals[i] is { } original && !known.TryGetValue(original, out values[i]))
            {
                pictures.LeaveOut(i, SourceProblemKind.MissingAnnotation, $"no line for '{original}' in '{files.Relative(path)}'");
            }
        }

        return values;
    }
}
