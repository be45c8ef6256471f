namespace Revisage.Photographs.Video;

/// <summary>Where ffmpeg and ffprobe are.</summary>
public static class Ffmpeg
{
    /// <summary>Whether both are on the PATH.</summary>
    public static bool IsInstalled => Locate("ffmpeg", SearchPath) is not null && Locate("ffprobe", SearchPath) is not null;

    private static string? SearchPath => Environment.GetEnvironmentVariable("PATH");

    /// <exception cref="MissingComponentException">They are not installed.</exception>
    public static void Require()
    {
        Find("ffmpeg");
        Find("ffprobe");
    }

    /// <param name="searchPath">Folders; null for the PATH.</param>
    /// <exception cref="MissingComponentException">It is not installed.</exception>
    internal static string Find(string program, string? searchPath = null) => Locate(program, searchPath ?? SearchPath)
        ?? throw new MissingComponentException($"Videos are read and written by {program}, which is not on the PATH. Install ffmpeg: on Debian and Ubuntu by 'apt-get install ffmpeg'.");

    private static string? Locate(string program, string? searchPath) => (searchPath ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Select(folder => Path.Combine(folder, OperatingSystem.IsWindows() ? program + ".exe" : program)).FirstOrDefault(File.Exists);
}
