using System.Runtime.ExceptionServices;

namespace Revisage.Data.Prepare;

/// <summary>Numbered pieces of work done by several threads, each with a worker of its own, and taken in order.</summary>
internal static class OrderedWork
{
    /// <summary>The results of pieces 0 to <paramref name="count"/> - 1 as they are taken.</summary>
    /// <param name="ahead">Pieces that may be begun before the one that is taken next, for each thread: what bounds memory.</param>
    /// <remarks>What a worker throws is thrown here, and ends the others. So does leaving the enumeration.</remarks>
    public static IEnumerable<TResult> Run<TWorker, TResult>(
        int count, int threads, int ahead, Func<TWorker> open, Func<TWorker, int, TResult> work, CancellationToken cancel)
        where TWorker : IDisposable
        where TResult : class
    {
        var gate = new object();
        var results = new TResult?[count];
        var (next, taken, stopped) = (0, 0, false);
        ExceptionDispatchInfo? fault = null;
        var window = ahead * threads;
        var workers = Enumerable.Range(0, Math.Min(threads, count)).Select(_ => new Thread(Work)).ToArray();
        using var interrupted = cancel.Register(Stop);
        foreach (var worker in workers)
        {
            worker.Start();
        }

        try
        {
            for (var i = 0; i < count; i++)
            {
                TResult result;
                lock (gate)
                {
                    while (results[i] is null && !stopped)
                    {
                        Monitor.Wait(gate);
                    }

                    fault?.Throw();
                    cancel.ThrowIfCancellationRequested();
                    (result, results[i]) = (results[i]!, null);
                    taken = i + 1;
                    Monitor.PulseAll(gate);
                }

                yield return result;
            }
        }
        finally
        {
            Stop();
            foreach (var worker in workers)
            {
                worker.Join();
            }
        }

        void Work()
        {
            try
            {
                using var worker = open();
                while (Take() is { } i)
                {
                    var result = work(worker, i);
                    lock (gate)
                    {
                        results[i] = result;
                        Monitor.PulseAll(gate);
                    }
                }
            }
            catch (Exception e)
            {
                lock (gate)
                {
                    fault ??= ExceptionDispatchInfo.Capture(e);
                }

                Stop();
            }
        }

        int? Take()
        {
            lock (gate)
            {
                while (next < count && next >= taken + window && !stopped)
                {
                    Monitor.Wait(gate);
                }

                return next < count && !stopped ? next++ : null;
            }
        }

        void Stop()
        {
            lock (gate)
            {
                stopped = true;
                Monitor.PulseAll(gate);
            }
        }
    }
}
