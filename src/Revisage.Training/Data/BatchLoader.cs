using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using System.Threading.Channels;

namespace Revisage.Training.Data;

/// <summary>Batches in order, made ahead of time on a thread of their own, so that training does not wait.</summary>
public sealed class BatchLoader : IDisposable
{
    // Enough to bridge a validation's or a checkpoint's cache misses; more only holds memory.
    private const int Ahead = 4;

    private readonly Channel<FaceBatch> ready = Channel.CreateBounded<FaceBatch>(new BoundedChannelOptions(Ahead) { SingleReader = true, SingleWriter = true });
    private readonly ConcurrentQueue<FaceBatch> spent = new();
    private readonly CancellationTokenSource stop = new();
    private readonly Task filling;
    private FaceBatch? lent;

    /// <param name="firstIteration">Batches begin with the one of this iteration: a resumed run sees what it would have seen.</param>
    public BatchLoader(FaceDataset dataset, int batch, long firstIteration)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        filling = Task.Factory.StartNew(
            () =>
            {
                try
                {
                    for (var iteration = firstIteration; !stop.IsCancellationRequested; iteration++)
                    {
                        spent.TryDequeue(out var memory);
                        ready.Writer.WriteAsync(dataset.Batch(iteration * batch, batch, memory), stop.Token).AsTask().GetAwaiter().GetResult();
                    }
                }
                catch (OperationCanceledException)
                {
                    // Disposed while it waited for room.
                }
                catch (Exception e)
                {
                    ready.Writer.Complete(e);
                }
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
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

        if (!ready.Reader.TryRead(out var batch))
        {
            var start = System.Diagnostics.Stopwatch.GetTimestamp();
            try
            {
                batch = ready.Reader.ReadAsync(cancel).AsTask().GetAwaiter().GetResult();
            }
            catch (ChannelClosedException e) when (e.InnerException is { } fault)
            {
                ExceptionDispatchInfo.Throw(fault);
                throw;
            }

            Waited += System.Diagnostics.Stopwatch.GetElapsedTime(start);
        }

        return lent = batch;
    }

    public void Dispose()
    {
        stop.Cancel();
        filling.GetAwaiter().GetResult();
        stop.Dispose();
    }
}
