using System.Numerics;
using Revisage.Faces;

namespace Revisage.Data.Sources;

/// <summary>
/// CelebA's annotation files: <c>name value...</c> a line, some below a count and the columns' names. The download has
/// them in <c>Anno/</c> and <c>Eval/</c>, libraries that fetch it beside the pictures.
/// </summary>
internal static class CelebAAnnotations
{
    private static readonly string[] Points =
        ["lefteye_x", "lefteye_y", "righteye_x", "righteye_y", "nose_x", "nose_y", "leftmouth_x", "leftmouth_y", "rightmouth_x", "rightmouth_y"];

    private static readonly string[] Box = ["image_id", "x_1", "y_1", "width", "height"];

    public const string PartitionFile = "list_eval_partition.txt";

    public const string PartitionForm = "name 0, 1 or 2";

    public const string IdentityFile = "identity_CelebA.txt";

    public const string IdentityForm = "name identity";

    public const string AttributeFile = "list_attr_celeba.txt";

    public static DatasetFolder Folder(string path, DatasetTerms terms) => new(path, terms.Name, "Anno", "Eval", "Img");

    /// <summary>train, val and test.</summary>
    public static string?[] ReadPartition(DatasetFolder folder, AnnotatedPictures pictures)
    {
        using var table = new AnnotationTable(folder.MustHaveFile(PartitionFile)) { Columns = 2 };
        return pictures.Read<string>(table, PartitionForm, TrySplit);
    }

    /// <summary>Null without the file, which is given on request alone.</summary>
    public static string?[]? ReadIdentities(DatasetFolder folder, AnnotatedPictures pictures)
    {
        if (folder.FindFile(IdentityFile) is not { } path)
        {
            return null;
        }

        using var table = new AnnotationTable(path) { Columns = 2 };
        return pictures.Read<string>(table, IdentityForm, TryIdentity);
    }

    /// <summary>f and m, of the attribute Male; null without the file.</summary>
    public static string?[]? ReadGenders(string? path, AnnotatedPictures pictures)
    {
        if (path is null)
        {
            return null;
        }

        using var table = new AnnotationTable(path);
        var male = FieldOfMale(table);
        return pictures.Read(table, "name and 1 or -1 for each attribute", (AnnotationTable line, out string gender) =>
        {
            var value = 0;
            var read = line.Count > male && line.TryInteger(male, out value) && value is 1 or -1;
            gender = value == 1 ? "m" : "f";
            return read;
        });
    }

    /// <summary>Left and right eye, nose, left and right corner of the mouth.</summary>
    public static Vector2[]?[] ReadPoints(string path, AnnotatedPictures pictures)
    {
        using var table = new AnnotationTable(path) { Columns = 1 + Points.Length };
        table.MustHaveColumns(Points);
        return pictures.Read(table, $"name {string.Join(' ', Points)}", (AnnotationTable line, out Vector2[] points) => line.TryPoints(1, 5, out points));
    }

    public static FaceBox?[] ReadBoxes(string path, AnnotatedPictures pictures)
    {
        using var table = new AnnotationTable(path) { Columns = Box.Length };
        table.MustHaveColumns(Box);
        return pictures.Read(table, string.Join(' ', Box), (AnnotationTable line, out FaceBox? box) =>
        {
            box = null;
            return line.Count == Box.Length && line.TryBox(1, out box);
        });
    }

    public static bool TrySplit(AnnotationTable line, out string split)
    {
        var number = -1;
        var read = line.Count == 2 && line.TryInteger(1, out number) && number is 0 or 1 or 2;
        split = read ? number switch { 0 => "train", 1 => "val", _ => "test" } : "";
        return read;
    }

    public static bool TryIdentity(AnnotationTable line, out string identity)
    {
        // They count from 1: a 0 tells a list of splits from one of identities.
        var read = line.Count == 2 && line.TryInteger(1, out var number) && number > 0;
        identity = read ? line[1].ToString() : "";
        return read;
    }

    private static int FieldOfMale(AnnotationTable table)
    {
        // The count, then the names; the field is one further in the lines below, which begin with the picture's.
        if (table.Next() && (table.Count > 1 || table.Next()))
        {
            for (var i = 0; i < table.Count; i++)
            {
                if (table[i] is "Male")
                {
                    return i + 1;
                }
            }
        }

        throw new RevisageException($"'{table.Path}' should name CelebA's attributes, Male among them, but begins with '{table.Excerpt()}': it is another dataset's or was renamed. Put the right one there.");
    }
}
