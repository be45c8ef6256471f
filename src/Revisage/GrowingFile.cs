using System.Text;

namespace Revisage;

/// <summary>
/// A file that is written piece by piece beside its place: it appears there, whole and in place of what there was, when it is complete. Disposed
/// before, it leaves nothing. Not for several threads at once.
/// </summary>
public sealed class GrowingFile : IDisposable
{
    private readonly string path;
    private readonly string full;
    private readonly string temporary;
    private readonly FileStream stream;

    /// <exception cref="RevisageException">The folder cannot be written to.</exception>
    public GrowingFile(string path)
    {
        (this.path, full) = (path, Path.GetFullPath(path));
        temporary = AtomicFile.TemporaryBeside(full);
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(full)!);
            stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            AtomicFile.Remove(temporary);
            throw AtomicFile.CannotWrite(path, e);
        }
    }

    /// <exception cref="RevisageException">The disk is full, or the like.</exception>
    public void Append(string text) => Append(to => to.Write(Encoding.UTF8.GetBytes(text)));

    /// <inheritdoc cref="Append(string)"/>
    public void Append(Action<Stream> write)
    {
        ArgumentNullException.ThrowIfNull(write);
        Try(() => write(stream));
    }

    /// <summary>Puts the file in its place; nothing is appended from then on.</summary>
    /// <inheritdoc cref="Append(string)"/>
    public void Complete() => Try(() =>
    {
        // A checkpoint must outlive a power cut: without this the rename can reach the disk before the data.
        stream.Flush(flushToDisk: true);
        stream.Dispose();
        File.Move(temporary, full, overwrite: true);
    });

    public void Dispose()
    {
        try
        {
            stream.Dispose();
        }
        catch (IOException)
        {
            // The disk is full, which a write before has said; what there is goes anyway.
        }

        AtomicFile.Remove(temporary);
    }

    private void Try(Action action)
    {
        try
        {
            action();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw AtomicFile.CannotWrite(path, e);
        }
    }
}
