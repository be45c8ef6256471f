namespace Revisage.Cli;

/// <summary>A file that an option names to be written; null where it is not given.</summary>
public sealed record OutputFile(string Option, string? Path);

/// <summary>Looks at the files that a command will write before it begins its work.</summary>
public static class OutputFiles
{
    /// <summary>Refuses a file that would replace one that is read, or another output, or that cannot be written.</summary>
    /// <param name="inputs">All files that are read.</param>
    /// <exception cref="UsageException">It would.</exception>
    /// <exception cref="RevisageException">It cannot be written.</exception>
    public static void Check(IEnumerable<string> inputs, params IReadOnlyList<OutputFile> outputs)
    {
        ArgumentNullException.ThrowIfNull(outputs);
        var given = outputs.Where(output => output.Path is not null).Select(output => (output.Option, Path: output.Path!, Real: RealPath.Of(output.Path!))).ToArray();
        if (given.Length == 0)
            return;

        if (given.GroupBy(output => output.Real, RealPath.Comparer).FirstOrDefault(same => same.Count() > 1) is { } twice)
            throw new UsageException($"{string.Join(" and ", twice.Select(output => output.Option))} name one file, '{twice.First().Path}'. Name two.");

        var read = inputs.Select(RealPath.Of).ToHashSet(RealPath.Comparer);
        foreach (var (option, path, real) in given)
        {
            if (read.Contains(real))
                throw new UsageException($"{option} '{path}' would replace a file that is read. Choose another name.");
            AtomicFile.CheckWritable(path);
        }
    }

    /// <summary>Refuses a name that does not end as the files of its kind do.</summary>
    /// <param name="extension">With its dot.</param>
    /// <param name="others">That will do too.</param>
    /// <exception cref="UsageException">It does not.</exception>
    public static void RequireExtension(string option, string path, string extension, string what, params IReadOnlyList<string> others)
    {
        ArgumentNullException.ThrowIfNull(others);
        string[] known = [extension, .. others];
        if (!known.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase))
            throw new UsageException($"{option} is '{path}', but {what} is a file that ends in {string.Join(" or ", known)}.");
    }
}
