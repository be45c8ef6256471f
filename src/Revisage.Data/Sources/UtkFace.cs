using System.Globalization;

namespace Revisage.Data.Sources;

/// <summary>
/// UTKFace (Zhang, CVPR 2017): the label is the file's name, age_gender_race_time: gender 0 male, 1 female; race 0
/// white, 1 black, 2 Asian, 3 Indian, 4 others. <c>26_1_0_20170116.jpg.chip.jpg</c> is a crop of 200x200, kept as it is;
/// <c>26_1_0_20170116.jpg</c> is a photograph. The 68 points of <c>landmark_list_part1.txt</c> are not read: the download
/// does not say of which of the two they are.
/// </summary>
public sealed class UtkFace : IDatasetLayout
{
    private const int ChipSide = 200;

    private const string ChipEnding = ".jpg.chip.jpg";

    private static readonly string[] Races = ["white", "black", "asian", "indian", "other"];

    public string Id => "utkface";

    public DatasetTerms Terms { get; } = new(
        "UTKFace",
        "Zhang, Song, Qi: Age Progression/Regression by Conditional Adversarial Autoencoder, CVPR 2017; https://susanqq.github.io/UTKFace/",
        "available for non-commercial research purposes only; the photographs' copyright stays with their owners");

    public bool Recognises(string folder) =>
        Directory.Exists(folder) && Directory.EnumerateDirectories(folder).Take(10).Prepend(folder).Any(HasLabels);

    public SourceListing Read(string folder)
    {
        var files = new DatasetFolder(folder, Terms.Name);
        var problems = new List<SourceProblem>();
        var pictures = files.PicturesBelow(folder, problems);
        var labels = new (int Age, string Gender, string Ethnicity)[pictures.Names.Count];
        for (var i = 0; i < labels.Length; i++)
        {
            if (!TryLabel(pictures.Names[i], out labels[i].Age, out labels[i].Gender, out labels[i].Ethnicity))
            {
                pictures.LeaveOut(i, SourceProblemKind.MalformedName, "not age_gender_race_time");
            }
        }

        return new SourceListing(
            [.. pictures.Faces(i => new SourceFace
            {
                Path = pictures.PathOf(i),
                Name = pictures.Names[i],
                Age = labels[i].Age,
                Gender = labels[i].Gender,
                Ethnicity = labels[i].Ethnicity,
                Hr = pictures.Names[i].EndsWith(ChipEnding, StringComparison.OrdinalIgnoreCase) ? ChipSide : null,
            })],
            problems);
    }

    /// <summary>What a file's name says; false if it leaves something out.</summary>
    internal static bool TryLabel(string path, out int age, out string gender, out string ethnicity)
    {
        (age, gender, ethnicity) = (0, "", "");
        var fields = Path.GetFileName(path).Split('_');
        if (fields.Length != 4
            || !int.TryParse(fields[0], NumberStyles.None, CultureInfo.InvariantCulture, out age) || age > 120
            || fields[1] is not ("0" or "1")
            || !int.TryParse(fields[2], NumberStyles.None, CultureInfo.InvariantCulture, out var race) || race >= Races.Length)
        {
            return false;
        }

        gender = fields[1] is "0" ? "m" : "f";
        ethnicity = Races[race];
        return true;
    }

    private static bool HasLabels(string folder) =>
        Directory.EnumerateFiles(folder, "*.jpg").Take(20).Any(file => TryLabel(file, out _, out _, out _) && Path.GetFileName(file).Split('_')[3].StartsWith("201", StringComparison.Ordinal));
}
