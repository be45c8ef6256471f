using System.Collections.Concurrent;
using System.Threading.Channels;

namespace Revisage.Data;

/// <summary>
/// Batches in order, made ahead of time on threads of the pool, so that training does not wait. The order and what
/// is in a batch do not depend on how many threads make them.
/// </summary>
public sealed class BatchLoader : IDisposable
{
    // Enough to bridge a validation's or a checkpoint's cache misses; more only holds memory.
    private const int Ahead = 4;

    private readonly Channel<Task<FaceBatch>> making = Channel.CreateBounded<Task<FaceBatch>>(new BoundedChannelOptions(Ahead) { SingleReader = true, SingleWriter = true });
    private readonly ConcurrentQueue<FaceBatch> spent = new();
    private readonly CancellationTokenSource stop = new();
    private readonly SemaphoreSlim free;
    private readonly int workers;
    private readonly Task filling;
    private FaceBatch? lent;

    /// <param name="first">The number of the first sample: a resumed run sees what it would have seen.</param>
    /// <param name="workers">Batches that are made at a time.</param>
    public BatchLoader(FaceDataset dataset, int batch, long first, int workers = 1)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        this.workers = workers;
        free = new SemaphoreSlim(workers);
        filling = Task.Run(async () =>
        {
            for (var at = first; ; at += batch)
            {
                await free.WaitAsync(stop.Token).ConfigureAwait(false);
                var start = at;
                var made = Task.Run(() =>
                {
                    try
                    {
                        spent.TryDequeue(out var memory);
                        return dataset.Batch(start, batch, memory);
                    }
                    finally
                    {
                        free.Release();
                    }
                });
                await making.Writer.WriteAsync(made, stop.Token).ConfigureAwait(false);
            }
        });
    }

    /// <summary>How long callers of <see cref="Next"/> have waited, in all.</summary>
    public TimeSpan Waited { get; private set; }

    /// <exception cref="RevisageException">Making a batch failed; what the loading thread threw is thrown here.</exception>
    /// <returns>A batch that is good until the next call, which gives its memory to a later one.</returns>
    public FaceBatch Next(CancellationToken cancel)
    {
        if (lent is not null)
        {
            spent.Enqueue(lent);
            lent = null;
        }

        var start = System.Diagnostics.Stopwatch.GetTimestamp();
        var made = making.Reader.ReadAsync(cancel).AsTask().GetAwaiter().GetResult();
        try
        {
            made.Wait(cancel);
        }
        catch (AggregateException)
        {
            // Its result, below, throws what was thrown there.
        }

        Waited += System.Diagnostics.Stopwatch.GetElapsedTime(start);
        return lent = made.GetAwaiter().GetResult();
    }

    public void Dispose()
    {
        stop.Cancel();
        try
        {
            filling.GetAwaiter().GetResult();
        }
        catch (OperationCanceledException)
        {
            // It waited for room.
        }

        // What is under way ends before the set that it reads may go.
        for (var worker = 0; worker < workers; worker++)
        {
            free.Wait();
        }

        free.Dispose();
        stop.Dispose();
    }
}
