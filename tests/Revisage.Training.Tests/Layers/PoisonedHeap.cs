using System.Runtime.InteropServices;

namespace Revisage.Training.Tests.Layers;

/// <summary>
/// While it lives, all memory that is allocated by malloc and its kin holds bytes of 0xFF, which are NaN both in 32 bits and in bf16:
/// what is read before it was written to shows.
/// </summary>
internal sealed partial class PoisonedHeap : IDisposable
{
    // mallopt(3): what glibc fills new memory with is the complement of the parameter's last byte. A parameter of 0 switches
    // that off, so the complement of 0 is had by a bit above the last byte.
    private const int Perturb = -6;
    private const int FillWithOnes = 0x100;

    public PoisonedHeap() => Set(FillWithOnes);

    public void Dispose() => Set(0);

    /// <summary>Whether new memory, aligned as tensors' is, really holds NaN.</summary>
    public static unsafe bool Works(int bytes)
    {
        var memory = NativeMemory.AlignedAlloc((nuint)bytes, 64);
        try
        {
            return !new ReadOnlySpan<byte>(memory, bytes).ContainsAnyExcept((byte)0xFF);
        }
        finally
        {
            NativeMemory.AlignedFree(memory);
        }
    }

    private static void Set(int value)
    {
        if (mallopt(Perturb, value) != 1)
        {
            throw new InvalidOperationException("This C library does not fill new memory.");
        }
    }

    [LibraryImport("libc.so.6")]
    private static partial int mallopt(int parameter, int value);
}
