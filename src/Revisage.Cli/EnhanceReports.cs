using Revisage.Photographs;

namespace Revisage.Cli;

/// <summary>What <c>enhance --report</c> writes: for programs at the end, to look at as the photographs come.</summary>
internal sealed class EnhanceReports : IDisposable
{
    public const string Option = "--report";

    private const string Data = ".json";
    private const string Page = ".html";

    private readonly IReadOnlyList<string> data;
    private readonly List<EnhancePage> pages = [];
    private readonly List<PhotoOutcome> told = [];

    private EnhanceReports(IReadOnlyList<string> data) => this.data = data;

    /// <summary>Looks at the files before the work.</summary>
    /// <exception cref="UsageException">One has another ending, or would replace a file that is read or written besides.</exception>
    /// <exception cref="RevisageException">One cannot be written.</exception>
    public static void Check(IReadOnlyList<string> paths, IEnumerable<string> inputs)
    {
        foreach (var path in paths)
        {
            OutputFiles.RequireExtension(Option, path, Data, "a report", Page);
        }

        OutputFiles.Check(inputs, [.. paths.Select(path => new OutputFile(Option, path))]);
    }

    /// <summary>Whether outcomes must come with their pictures.</summary>
    public static bool ShowPictures(IReadOnlyList<string> paths) => paths.Any(IsPage);

    public static EnhanceReports Begin(IReadOnlyList<string> paths)
    {
        var reports = new EnhanceReports([.. paths.Where(path => !IsPage(path))]);
        try
        {
            foreach (var path in paths.Where(IsPage))
            {
                reports.pages.Add(new EnhancePage(path));
            }

            return reports;
        }
        catch
        {
            reports.Dispose();
            throw;
        }
    }

    public void Add(PhotoOutcome outcome)
    {
        foreach (var page in pages)
        {
            page.Add(outcome);
        }

        if (data.Count > 0)
        {
            told.Add(outcome with { Pictures = null });
        }
    }

    /// <summary>Without it nothing appears.</summary>
    public void Complete()
    {
        foreach (var page in pages)
        {
            page.Complete();
        }

        foreach (var path in data)
        {
            AtomicFile.WriteAllText(path, EnhanceJson.Of(told) + "\n");
        }
    }

    public void Dispose()
    {
        foreach (var page in pages)
        {
            page.Dispose();
        }
    }

    private static bool IsPage(string path) => Path.GetExtension(path).Equals(Page, StringComparison.OrdinalIgnoreCase);
}
