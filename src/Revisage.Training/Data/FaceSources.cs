namespace Revisage.Training.Data;

/// <summary>Opens prepared faces, whatever they are kept in.</summary>
public static class FaceSources
{
    /// <param name="folder">A folder with an index.csv, or of pictures alone.</param>
    /// <exception cref="RevisageException">It is none of these, or does not hold together.</exception>
    public static IFaceSource Open(string folder) => FolderSource.Open(folder);
}
