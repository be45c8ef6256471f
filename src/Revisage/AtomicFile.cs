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
        using var file = new GrowingFile(path);
        file.Append(write);
        file.Complete();
    }

    /// <summary>The same for what another program writes.</summary>
    /// <param name="write">Given the temporary file's name, in a folder that is there.</param>
    /// <inheritdoc cref="Write"/>
    internal static async Task WriteByAsync(string path, Func<string, Task> write)
    {
        var full = Path.GetFullPath(path);
        var temporary = TemporaryBeside(full);
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(full)!);
            await write(temporary).ConfigureAwait(false);
            File.Move(temporary, full, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Remove(temporary);
            throw CannotWrite(path, e);
        }
        catch
        {
            Remove(temporary);
            throw;
        }
    }

    public static void WriteAllBytes(string path, ReadOnlyMemory<byte> bytes) => Write(path, stream => stream.Write(bytes.Span));

    public static void WriteAllText(string path, string text) => WriteAllBytes(path, System.Text.Encoding.UTF8.GetBytes(text));

    /// <summary>
    /// Finds out whether a file could be written, by a temporary one in its folder, or in the nearest that there is above;
    /// leaves nothing behind.
    /// </summary>
    /// <exception cref="RevisageException">It could not.</exception>
    public static void CheckWritable(string path)
    {
        try
        {
            var full = Path.GetFullPath(path);
            if (Directory.Exists(full))
                throw new RevisageException($"Cannot write '{path}': there is a folder of that name. Choose another with -o.");

            var folder = Path.GetDirectoryName(full)!;
            while (!Directory.Exists(folder))
            {
                if (File.Exists(folder))
                    throw new RevisageException($"Cannot write '{path}': '{folder}' is a file, not a folder. Choose another folder with -o.");
                folder = Path.GetDirectoryName(folder) ?? throw new DirectoryNotFoundException($"there is no '{folder}'.");
            }

            var temporary = TemporaryBeside(Path.Combine(folder, "probe"));
            using (new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose))
            {
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw CannotWrite(path, e);
        }
    }

    // Of a length of its own: a name may be as long as the file system takes them.
    internal static string TemporaryBeside(string full) => Path.Combine(Path.GetDirectoryName(full)!, $".{Guid.NewGuid():N}.tmp");

    internal static RevisageException CannotWrite(string path, Exception e)
    {
        // ENOSPC, ERROR_DISK_FULL; ENAMETOOLONG.
        const int unixDiskFull = 28, windowsDiskFull = 112, unixNameTooLong = 36;
        var reason = (e.HResult & 0xFFFF) is unixDiskFull or windowsDiskFull ? "the disk is full. Free some space, or choose another folder with -o."
            : e is PathTooLongException || e.HResult == unixNameTooLong ? "the name is too long. Choose a shorter one."
            : e is UnauthorizedAccessException ? "there is no permission to. Choose another folder with -o."
            : $"{e.Message} Choose another folder with -o.";
        return new RevisageException($"Cannot write '{path}': {reason}", e);
    }

    internal static void Remove(string path)
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
