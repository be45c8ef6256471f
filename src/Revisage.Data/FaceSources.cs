using Revisage.Data.Packed;

namespace Revisage.Data;

/// <summary>Opens prepared faces, whatever they are kept in.</summary>
public static class FaceSources
{
    /// <param name="folder">A packed set, a folder with an index.csv, or one of pictures alone.</param>
    /// <exception cref="RevisageException">It is none of these, or does not hold together.</exception>
    public static IFaceSource Open(string folder) => PackedSet.IsAt(folder) ? PackedSet.Open(folder) : FolderSource.Open(folder);
}
