namespace Revisage.Data.Sources;

/// <summary>The layouts that are read. A layout that is not here does not exist for the command.</summary>
public static class DatasetCatalog
{
    /// <summary>The most specific first. Those that look for points beside pictures come late, since they list the folder.</summary>
    public static IReadOnlyList<IDatasetLayout> Layouts { get; } =
    [
        new PreparedFolder(),
        new LowQualityFaces(),
        new LondonFaces(),
        new PressPhotos(),
        new YouTubeFacesKeypoints(),
        new CelebAMaskHq(),
        new CelebAAligned(),
        new CelebAWild(),
        new WiderFace(),
        new Aflw(),
        new AllAgeFaces(),
        new VggFace2(),
        new CasiaWebFace(),
        new Lfw(),
        new Helen(),
        new Ls3dW(),
        new Menpo300W(),
        new UtkFace(),
        new PlainFolder(),
    ];

    /// <exception cref="UsageException">There is no such layout.</exception>
    public static IDatasetLayout Find(string id) =>
        Layouts.FirstOrDefault(layout => layout.Id == id)
        ?? throw new UsageException($"There is no dataset layout '{id}'. Choose one of {string.Join(", ", Layouts.Select(layout => layout.Id))}.{Spelling.Hint(id, Layouts.Select(layout => layout.Id))}");

    /// <summary>The most specific layout that a folder has, which is a plain folder's if no other.</summary>
    /// <exception cref="RevisageException">There is no such folder.</exception>
    public static IDatasetLayout Recognise(string folder) =>
        Layouts.FirstOrDefault(layout => layout.Recognises(folder))
        ?? throw new RevisageException($"'{folder}' is no folder. Name one that holds pictures.");
}
