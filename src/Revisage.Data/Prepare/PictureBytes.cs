namespace Revisage.Data.Prepare;

/// <summary>Files of pictures, whole.</summary>
internal static class PictureBytes
{
    // 100 megapixels are decoded at most; with four channels of 16 bits they take 800 MB where nothing is compressed.
    private const long Most = 1 << 30;

    /// <exception cref="RevisageException">It is absent, cannot be read, or is too large for a picture.</exception>
    public static byte[] Read(string path)
    {
        try
        {
            var length = new FileInfo(path).Length;
            return length <= Most
                ? File.ReadAllBytes(path)
                : throw new RevisageException($"'{path}' has {length:N0} bytes, more than a picture that is read here. Convert or remove it.");
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new RevisageException($"'{path}' does not exist. Check the name.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RevisageException($"'{path}' cannot be read: {e.Message} Check its permissions.", e);
        }
    }

    /// <summary>Whether a packed set takes the file as it stands.</summary>
    public static bool IsJpegOrPng(ReadOnlySpan<byte> file) =>
        file.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]) || file.StartsWith((ReadOnlySpan<byte>)[0x89, (byte)'P', (byte)'N', (byte)'G']);
}
