namespace Revisage.Training.Cli;

/// <summary>
/// Keeps a second run out of a run's folder for as long as this one lives, however it ends; and takes away what a run left that
/// failed before its first checkpoint.
/// </summary>
internal sealed class RunLock : IDisposable
{
    private readonly string folder;
    private readonly string[] made;
    private readonly bool wasEmpty;
    private readonly FileStream file;

    private RunLock(string folder, string[] made, bool wasEmpty, FileStream file) =>
        (this.folder, this.made, this.wasEmpty, this.file) = (folder, made, wasEmpty, file);

    /// <exception cref="RevisageException">Another run holds it, or the folder cannot be made.</exception>
    public static RunLock Take(string folder)
    {
        // From the innermost outwards.
        var made = new List<string>();
        for (var at = Path.GetFullPath(folder); at is not null && !Directory.Exists(at); at = Path.GetDirectoryName(at))
        {
            made.Add(at);
        }

        try
        {
            var wasEmpty = made.Count > 0 || !Directory.EnumerateFileSystemEntries(folder).Any();
            Directory.CreateDirectory(folder);
            // The system lets go of it when the process ends, even if it is killed.
            var file = new FileStream(Path.Combine(folder, ".lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose);
            return new RunLock(folder, [.. made], wasEmpty, file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RevisageException(
                made.Count == 0 && File.Exists(Path.Combine(folder, ".lock"))
                    ? $"Another process trains into '{folder}'. Wait for its end, or name another folder with -o."
                    : $"Cannot make the run folder '{folder}': {e.Message} Name another with -o.",
                e);
        }
    }

    /// <summary>After a failure: removes what the run wrote, unless it found something there or reached a checkpoint.</summary>
    public void Clear()
    {
        if (!wasEmpty || File.Exists(Path.Combine(folder, "checkpoint.safetensors")))
        {
            return;
        }

        try
        {
            file.Dispose();
            foreach (var entry in new DirectoryInfo(folder).EnumerateFileSystemInfos())
            {
                if (entry is DirectoryInfo below)
                {
                    below.Delete(recursive: true);
                }
                else
                {
                    entry.Delete();
                }
            }

            // Only what is empty goes, so a folder that got something else meanwhile stays.
            foreach (var empty in made)
            {
                Directory.Delete(empty);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The run's own failure is the one worth telling.
        }
    }

    public void Dispose() => file.Dispose();
}
