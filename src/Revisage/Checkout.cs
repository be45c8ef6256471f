namespace Revisage;

/// <summary>The source tree that a program was built in and runs from, if any.</summary>
public static class Checkout
{
    private static readonly Lazy<string?> found = new(() => RootAbove(AppContext.BaseDirectory));

    /// <summary>The nearest folder at or above the program that holds the solution; null for an installed program.</summary>
    public static string? Root => found.Value;

    private static string? RootAbove(string folder)
    {
        for (var at = new DirectoryInfo(folder); at is not null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, "Revisage.slnx")))
            {
                return at.FullName;
            }
        }

        return null;
    }
}
