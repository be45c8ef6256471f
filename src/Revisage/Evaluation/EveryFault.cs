namespace Revisage.Evaluation;

/// <summary>Work on many pictures of which some may be of no use: all of these are told at once, and not the first alone.</summary>
internal static class EveryFault
{
    private const int Shown = 20;

    /// <returns>What was made of each, in order.</returns>
    /// <exception cref="RevisageException">Some could not be made; the message has a line for each, up to twenty.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static TResult[] Of<T, TResult>(IReadOnlyList<T> items, Func<T, TResult> make, CancellationToken cancel = default)
    {
        var (made, faults) = (new TResult[items.Count], new RevisageException?[items.Count]);
        Parallel.For(0, items.Count, new ParallelOptions { CancellationToken = cancel }, i =>
        {
            try
            {
                made[i] = make(items[i]);
            }
            catch (RevisageException e) when (e is not MissingComponentException)
            {
                faults[i] = e;
            }
        });

        RevisageException[] found = [.. faults.OfType<RevisageException>().DistinctBy(fault => fault.Message)];
        return found switch
        {
            [] => made,
            [var one] => throw one,
            _ => throw new RevisageException(string.Join('\n', found.Take(Shown).Select(fault => fault.Message).Concat(found.Length > Shown ? [$"And {found.Length - Shown} more."] : []))),
        };
    }
}
