using System.Collections.Concurrent;

namespace Revisage.Torch;

/// <summary>
/// Frees, when it is disposed, every tensor that was made on this thread since it was opened, but for those
/// that were kept. Scopes nest. Backward graphs die with the last tensor that holds them.
/// </summary>
/// <remarks>
/// A finaliser never frees: LibTorch's memory belongs to the thread that computes. A tensor that nobody
/// disposed puts its handle on a queue, which the next scope on any thread drains and counts.
/// </remarks>
public sealed class TensorScope : IDisposable
{
    [ThreadStatic]
    private static TensorScope? current;

    private static readonly ConcurrentQueue<nint> Abandoned = new();
    private static long abandonedCount;
    private static long liveCount;

    private readonly TensorScope? outer = current;
    private readonly List<Tensor> tensors = [];
    private bool disposed;

    public TensorScope()
    {
        Drain();
        current = this;
    }

    /// <summary>How many tensors were ever left to a finaliser: 0 in code that uses scopes rightly.</summary>
    public static long LeftToFinaliser => Interlocked.Read(ref abandonedCount);

    /// <summary>Tensors that hold native memory now.</summary>
    public static long Live => Interlocked.Read(ref liveCount);

    /// <summary>Hands a tensor over to the enclosing scope, or, without one, to the caller, who disposes it.</summary>
    public Tensor Keep(Tensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        // What is kept was mostly made last.
        var index = tensors.LastIndexOf(tensor);
        if (index >= 0)
        {
            tensors.RemoveAt(index);
            outer?.tensors.Add(tensor);
        }

        return tensor;
    }

    /// <summary>Makes a tensor that belongs to no scope: its owner disposes it.</summary>
    public static Tensor Unscoped(Func<Tensor> make)
    {
        ArgumentNullException.ThrowIfNull(make);
        using var scope = new TensorScope();
        var tensor = make();
        scope.tensors.Remove(tensor);
        return tensor;
    }

    public void Dispose()
    {
        if (disposed)
        {
            return;
        }

        if (current != this)
        {
            throw new InvalidOperationException("Tensor scopes close in the reverse order of opening, on the thread that opened them.");
        }

        disposed = true;
        current = outer;
        foreach (var tensor in tensors)
        {
            tensor.Dispose();
        }
    }

    internal static void Register(Tensor tensor)
    {
        Interlocked.Increment(ref liveCount);
        current?.tensors.Add(tensor);
    }

    internal static void Released() => Interlocked.Decrement(ref liveCount);

    internal static void Abandon(nint handle)
    {
        Interlocked.Increment(ref abandonedCount);
        Abandoned.Enqueue(handle);
    }

    private static void Drain()
    {
        while (Abandoned.TryDequeue(out var handle))
        {
            Native.Release(handle);
            Released();
        }
    }
}
