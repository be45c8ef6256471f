namespace Revisage.Data;

/// <summary>Prepared faces in a fixed order, whatever they are kept in. Safe to read from many threads.</summary>
public interface IFaceSource
{
    /// <summary>What messages call it.</summary>
    string Name { get; }

    IReadOnlyList<FaceRecord> Faces { get; }

    /// <summary>The stored picture of one face, decoded: [Height, Width, 3], 8 bits.</summary>
    /// <exception cref="RevisageException">The picture is damaged, or not of the size that its record says.</exception>
    byte[] ReadRgb(int index);

    /// <summary>Its parsing map, [Height, Width], one CelebAMask-HQ class a pixel; null where its record has none.</summary>
    /// <exception cref="RevisageException">It is damaged, or not of the picture's size.</exception>
    byte[]? ReadParsing(int index);
}
