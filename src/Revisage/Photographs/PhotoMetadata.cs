namespace Revisage.Photographs;

/// <summary>What a photograph's file says besides its pixels, to be written again.</summary>
/// <param name="Format">What the file was.</param>
/// <param name="Profile">The ICC profile, whole; null for sRGB.</param>
/// <param name="Fields">The others by libvips' names, EXIF and XMP among them, with their types.</param>
public sealed record PhotoMetadata(PhotoFormat Format, byte[]? Profile, IReadOnlyList<MetadataField> Fields)
{
    /// <summary>Of a picture that comes from no file.</summary>
    public static PhotoMetadata None { get; } = new(PhotoFormat.Png, null, []);
}

/// <summary>One field of a file's metadata.</summary>
/// <param name="Type">libvips' number of the value's type.</param>
public sealed record MetadataField(string Name, nint Type, object Value);

/// <summary>The formats that photographs are written in.</summary>
public enum PhotoFormat
{
    Jpeg,
    Png,
    WebP,
    Tiff,
    Avif,
}
