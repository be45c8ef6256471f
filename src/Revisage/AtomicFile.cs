namespace Revisage;

/// <summary>Writes files that appear whole or not at all: a temporary file beside the target, then a rename.</summary>
public static class AtomicFile
{
    /// <summary>
    /// Runs <paramref name="write"/> on a temporary file, then renames it to <paramref name="path"/>, replacing
    /// what was there. On any failure the temporary file is removed and the old file stays.
    /// </summary>
    /// <exception cref="RevisageException">The folder cannot be written to, or the disk is full.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        ArgumentNullException.ThrowIfNull(write);
        var full = Path.GetFullPath(path);
        var temporary = $"{full}.{Environment.ProcessId}-{Guid.NewGuid():N}.tmp";
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(full)!);
            using (var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16))
            {
                write(stream);
                // A checkpoint must outlive a power cut: without this the rename can reach the disk before the data.
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, full, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Remove(temporary);
            throw new RevisageException($"Cannot write '{path}': {Reason(e)} Free some space or choose another folder with -o.", e);
        }
        catch
        {
            Remove(temporary);
            throw;
        }
    }

    public static void WriteAllBytes(string path, ReadOnlyMemory<byte> bytes) => Write(path, stream => stream.Write(bytes.Span));

    public static void WriteAllText(string path, string text) => WriteAllBytes(path, System.Text.Encoding.UTF8.GetBytes(text));

    private static string Reason(Exception e)
    {
        // ENOSPC; ERROR_DISK_FULL.
        const int unixDiskFull = 28, windowsDiskFull = 112;
        return (e.HResult & 0xFFFF) is unixDiskFull or windowsDiskFull ? "the disk is full."
            : e is UnauthorizedAccessException ? "there is no permission to."
            : e.Message;
    }

    private static void Remove(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The write's own failure is the one worth telling.
        }
    }
}
