namespace Revisage.Data;

/// <summary>Takes prepared faces, one at a time.</summary>
public interface IFaceSink
{
    /// <summary>Whether a face of that set and name is there already, from before.</summary>
    bool Contains(string set, string name);

    /// <summary>The stored picture of a face that is there.</summary>
    byte[] ReadPicture(string set, string name);

    /// <param name="picture">JPEG or PNG of the record's width and height.</param>
    /// <param name="parsing">A grey PNG of that size, whose values are classes; null without a parsing map.</param>
    void Add(FaceRecord record, ReadOnlyMemory<byte> picture, ReadOnlyMemory<byte>? parsing);
}
