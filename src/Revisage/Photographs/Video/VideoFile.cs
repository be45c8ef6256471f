namespace Revisage.Photographs.Video;

/// <summary>Which files are videos, by their names.</summary>
public static class VideoFile
{
    /// <summary>The endings of the videos that are written, for messages.</summary>
    public const string Writable = ".mp4, .m4v, .mov, .mkv, .webm";

    /// <summary>Whether a file of this name is read as a video.</summary>
    public static bool IsVideo(string path) => CanSave(path) || Path.GetExtension(path).Equals(".avi", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether a result may have this name.</summary>
    public static bool CanSave(string path) => VideoContainer.Of(path) is not null;

    /// <summary>The ending of a video's result, with its dot: its own, or .mp4.</summary>
    public static string EndingOf(string input) => CanSave(input) ? Path.GetExtension(input) : ".mp4";
}
