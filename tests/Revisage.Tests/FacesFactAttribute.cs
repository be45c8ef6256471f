namespace Revisage.Tests;

/// <summary>A fact about real photographs, which are not part of the repository: skipped where they are absent.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class FacesFactAttribute : FactAttribute
{
    public FacesFactAttribute()
    {
        if (!Directory.Exists(Folder))
            Skip = $"The faces are not at '{Folder}'.";
    }

    /// <summary>../shared/faces beside the checkout.</summary>
    public static string Folder { get; } = Path.GetFullPath(Path.Combine(Checkout(), "..", "shared", "faces"));

    private static string Checkout()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Revisage.slnx")))
            folder = folder.Parent;
        return folder?.FullName ?? AppContext.BaseDirectory;
    }
}
