using System.IO.MemoryMappedFiles;
using Microsoft.Win32.SafeHandles;

namespace Revisage.Data.Packed;

internal delegate T BytesReader<out T>(ReadOnlySpan<byte> bytes);

/// <summary>The beginning of a file as memory. Safe to read from many threads, and to close while they read.</summary>
internal sealed unsafe class MappedFile : IDisposable
{
    private readonly MemoryMappedViewAccessor view;

    /// <param name="file">Has that many bytes at least; it may be closed afterwards.</param>
    public MappedFile(SafeFileHandle file, long length)
    {
        using var mapping = MemoryMappedFile.CreateFromFile(file, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
        view = mapping.CreateViewAccessor(0, length, MemoryMappedFileAccess.Read);
        Length = length;
    }

    public long Length { get; }

    /// <param name="read">Gets the bytes where they lie, for as long as the call.</param>
    public T Read<T>(long offset, int length, BytesReader<T> read)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, Length - offset);
        var handle = view.SafeMemoryMappedViewHandle;
        byte* start = null;
        handle.AcquirePointer(ref start);
        try
        {
            return read(new ReadOnlySpan<byte>(start + offset, length));
        }
        finally
        {
            handle.ReleasePointer();
        }
    }

    public void Dispose() => view.Dispose();
}
