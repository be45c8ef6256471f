namespace Revisage;

/// <summary>Where a path leads once every link in it is followed, by which two spellings of one file are known.</summary>
public static class RealPath
{
    /// <summary>Tells paths apart as this system does.</summary>
    public static StringComparer Comparer { get; } = OperatingSystem.IsLinux() ? StringComparer.Ordinal : StringComparer.OrdinalIgnoreCase;

    /// <summary>The absolute path without links; what does not exist, or cannot be followed, is taken as it is written.</summary>
    public static string Of(string path)
    {
        var full = Path.GetFullPath(path);
        var real = Path.GetPathRoot(full)!;
        foreach (var part in full[real.Length..].Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries))
        {
            real = Path.Combine(real, part);
            // The target's own folders may be links too.
            if (LinkTarget(real) is { } target)
                real = Of(target);
        }

        return real;
    }

    /// <summary>Whether both lead to one file or folder, there or not yet there.</summary>
    public static bool AreSame(string a, string b) => Comparer.Equals(Of(a), Of(b));

    private static string? LinkTarget(string path)
    {
        try
        {
            return new FileInfo(path) is { LinkTarget: not null } link ? link.ResolveLinkTarget(returnFinalTarget: true)!.FullName : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Links that lead round in a circle.
            return null;
        }
    }
}
