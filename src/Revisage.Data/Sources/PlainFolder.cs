namespace Revisage.Data.Sources;

/// <summary>
/// Pictures in a folder, of which nothing more is known. Where each lies in a subfolder, one level down, and there are
/// two subfolders or more, these are the identities.
/// </summary>
public sealed class PlainFolder : IDatasetLayout
{
    public string Id => "folder";

    public DatasetTerms Terms { get; } = new("plain folder", "the folder itself", "as whoever took the photographs allows");

    public bool Recognises(string folder) => Directory.Exists(folder);

    public SourceListing Read(string folder)
    {
        var files = new DatasetFolder(folder, Terms.Name);
        var problems = new List<SourceProblem>();
        var pictures = files.PicturesBelow(folder, problems, byContent: true);
        var subfolders = new HashSet<string>();
        var flat = true;
        foreach (var name in pictures.Names)
        {
            var folders = name.Split('/');
            flat &= folders.Length == 2;
            subfolders.Add(folders[0]);
        }

        var identities = flat && subfolders.Count > 1;
        return new SourceListing(
            [.. pictures.Faces(i => new SourceFace
            {
                Path = pictures.PathOf(i),
                Name = pictures.Names[i],
                Identity = identities ? pictures.Names[i].Split('/')[0] : null,
            })],
            problems);
    }
}
