using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace Revisage.Data.Sources;

/// <summary>
/// A file that Torch 7's <c>torch.save</c> wrote in its binary format on a 64-bit machine, of one Float- or
/// DoubleTensor of points, [count, 2] or [count, 3], of which the third number is dropped. Nothing else is read.
/// </summary>
/// <remarks>
/// The format (torch7, File.lua and Tensor.lua): 32-bit type 4 for an object, its index, "V 1", its class name; then
/// for a tensor its number of dimensions, 64-bit sizes and strides, the storage's offset from 1, and the storage as an
/// object of a 64-bit count and the numbers. Strings have a 32-bit length before them.
/// </remarks>
internal static class Torch7TensorFile
{
    private const int ObjectType = 4;

    // 68 points of doubles take 1.3 KB.
    private const int LargestFile = 1 << 16;

    /// <summary>Null if the file is none of these.</summary>
    /// <param name="damage">What was found instead.</param>
    public static Vector2[]? ReadPoints(string path, out string damage)
    {
        try
        {
            using var file = File.OpenRead(path);
            if (file.Length > LargestFile)
            {
                damage = $"it has {file.Length} bytes, more than points can take";
                return null;
            }

            var bytes = new byte[file.Length];
            file.ReadExactly(bytes);
            var points = Read(bytes);
            damage = points is null ? "it is not a Float- or DoubleTensor of [count, 2] or [count, 3] from torch.save" : "";
            return points;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            damage = e.Message;
            return null;
        }
    }

    private static Vector2[]? Read(ReadOnlySpan<byte> bytes)
    {
        if (!TryObject(ref bytes, "torch.", "Tensor", out var numbers)
            || !TryInt32(ref bytes, out var dimensions) || dimensions != 2
            || !TryInt64(ref bytes, out var count) || !TryInt64(ref bytes, out var width)
            || !TryInt64(ref bytes, out var rowStride) || !TryInt64(ref bytes, out var stride)
            || !TryInt64(ref bytes, out var offset)
            || !TryObject(ref bytes, "torch.", "Storage", out var stored) || stored != numbers
            || !TryInt64(ref bytes, out var held))
        {
            return null;
        }

        var size = numbers switch { "Float" => sizeof(float), "Double" => sizeof(double), _ => 0 };
        if (size == 0 || held < 0 || held > bytes.Length / size || width is not (2 or 3) || count < 1 || count > held)
        {
            return null;
        }

        // Each stride is at most what is held, so the last index cannot overflow.
        offset--;
        if (offset < 0 || offset > held || rowStride < 1 || rowStride > held || stride < 1 || stride > held
            || offset + (count - 1) * rowStride + (width - 1) * stride >= held)
        {
            return null;
        }

        var points = new Vector2[count];
        for (var i = 0; i < points.Length; i++)
        {
            points[i] = new Vector2(Number(bytes, offset + i * rowStride, size), Number(bytes, offset + i * rowStride + stride, size));
            if (!float.IsFinite(points[i].X) || !float.IsFinite(points[i].Y))
            {
                return null;
            }
        }

        return points;
    }

    private static float Number(ReadOnlySpan<byte> storage, long index, int size)
    {
        var at = storage[(int)(index * size)..];
        return size == sizeof(float) ? BinaryPrimitives.ReadSingleLittleEndian(at) : (float)BinaryPrimitives.ReadDoubleLittleEndian(at);
    }

    /// <param name="middle">What stands between the two parts of the class name: <c>Float</c>.</param>
    private static bool TryObject(ref ReadOnlySpan<byte> bytes, string before, string after, out string middle)
    {
        middle = "";
        if (!TryInt32(ref bytes, out var type) || type != ObjectType || !TryInt32(ref bytes, out _)
            || !TryString(ref bytes, out var version) || version != "V 1" || !TryString(ref bytes, out var name)
            || !name.StartsWith(before, StringComparison.Ordinal) || !name.EndsWith(after, StringComparison.Ordinal)
            || name.Length < before.Length + after.Length)
        {
            return false;
        }

        middle = name[before.Length..^after.Length];
        return true;
    }

    private static bool TryString(ref ReadOnlySpan<byte> bytes, out string value)
    {
        value = "";
        if (!TryInt32(ref bytes, out var length) || length < 0 || length > bytes.Length)
        {
            return false;
        }

        value = Encoding.ASCII.GetString(bytes[..length]);
        bytes = bytes[length..];
        return true;
    }

    private static bool TryInt32(ref ReadOnlySpan<byte> bytes, out int value)
    {
        if (!BinaryPrimitives.TryReadInt32LittleEndian(bytes, out value))
        {
            return false;
        }

        bytes = bytes[sizeof(int)..];
        return true;
    }

    private static bool TryInt64(ref ReadOnlySpan<byte> bytes, out long value)
    {
        if (!BinaryPrimitives.TryReadInt64LittleEndian(bytes, out value))
        {
            return false;
        }

        bytes = bytes[sizeof(long)..];
        return true;
    }
}
