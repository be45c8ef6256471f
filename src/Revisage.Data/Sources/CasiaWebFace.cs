namespace Revisage.Data.Sources;

/// <summary>CASIA-WebFace (Yi, 2014): <c>0000045/001.jpg</c>, a folder of seven digits an identity, in the folder or its CASIA-WebFace.</summary>
public sealed class CasiaWebFace : IDatasetLayout
{
    public string Id => "casia-webface";

    public DatasetTerms Terms { get; } = new(
        "CASIA-WebFace",
        "Yi, Lei, Liao, Li: Learning Face Representation from Scratch, arXiv 1411.7923, 2014",
        "for non-commercial research and education, by agreement with the Institute of Automation, Chinese Academy of Sciences");

    public bool Recognises(string folder) =>
        Directory.Exists(folder) && (HasIdentities(folder) || HasIdentities(Path.Combine(folder, "CASIA-WebFace")));

    public SourceListing Read(string folder)
    {
        var files = new DatasetFolder(folder, Terms.Name);
        var problems = new List<SourceProblem>();
        var pictures = files.PicturesBelow(files.FindFolder("CASIA-WebFace") ?? folder, problems);
        var identities = new string[pictures.Names.Count];
        for (var i = 0; i < identities.Length; i++)
        {
            var who = Path.GetFileName(Path.GetDirectoryName(pictures.Names[i].AsSpan()));
            identities[i] = i > 0 && who.SequenceEqual(identities[i - 1]) ? identities[i - 1] : who.ToString();
            if (!IsIdentity(who))
            {
                pictures.LeaveOut(i, SourceProblemKind.MalformedName, "not in a folder of an identity, such as '0000045'");
            }
        }

        return new SourceListing(
            [.. pictures.Faces(i => new SourceFace { Path = pictures.PathOf(i), Name = pictures.Names[i], Identity = identities[i] })],
            problems);
    }

    private static bool HasIdentities(string folder) =>
        Directory.Exists(folder) && Directory.EnumerateDirectories(folder).Take(10).Any(below => IsIdentity(Path.GetFileName(below)));

    private static bool IsIdentity(ReadOnlySpan<char> name) => name.Length == 7 && !name.ContainsAnyExceptInRange('0', '9');
}
