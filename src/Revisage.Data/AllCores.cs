namespace Revisage.Data;

/// <summary>Work on as many threads as there are cores, whose first failure is told as if there were one.</summary>
internal static class AllCores
{
    /// <exception cref="RevisageException">Work failed so; what else failed besides is not told.</exception>
    public static void For(int count, Action<int> work, CancellationToken cancel = default)
    {
        try
        {
            Parallel.For(0, count, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = cancel }, work);
        }
        catch (AggregateException e) when (e.InnerExceptions.OfType<RevisageException>().FirstOrDefault() is { } first)
        {
            throw new RevisageException(first.Message, e);
        }
    }
}
