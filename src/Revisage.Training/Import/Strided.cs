namespace Revisage.Training.Import;

/// <summary>Arrays as views: shape, strides and offset in elements of a flat buffer.</summary>
internal static class Strided
{
    /// <summary>The strides of a contiguous array; no shape makes it overflow, as it wraps.</summary>
    public static long[] RowMajor(ReadOnlySpan<long> shape)
    {
        var strides = new long[shape.Length];
        var stride = 1L;
        for (var axis = shape.Length - 1; axis >= 0; axis--)
        {
            strides[axis] = stride;
            stride = unchecked(stride * shape[axis]);
        }

        return strides;
    }

    /// <summary>Whether the elements lie one after another, in order.</summary>
    public static bool IsContiguous(ReadOnlySpan<long> shape, ReadOnlySpan<long> strides)
    {
        var expected = RowMajor(shape);
        for (var axis = 0; axis < shape.Length; axis++)
        {
            if (shape[axis] != 1 && strides[axis] != expected[axis])
            {
                return shape.Contains(0);
            }
        }

        return true;
    }

    /// <summary>Whether every element of the view lies among the buffer's <paramref name="available"/>, without a sum that overflows.</summary>
    public static bool Fits(ReadOnlySpan<long> shape, ReadOnlySpan<long> strides, long offset, long available)
    {
        if (shape.Length != strides.Length || offset < 0 || offset > available || shape.ContainsAnyExceptInRange(0, long.MaxValue) || strides.ContainsAnyExceptInRange(0, long.MaxValue))
        {
            return false;
        }

        if (shape.Contains(0))
        {
            return true;
        }

        Int128 last = offset;
        for (var axis = 0; axis < shape.Length; axis++)
        {
            last += (Int128)(shape[axis] - 1) * strides[axis];
            if (last >= available)
            {
                return false;
            }
        }

        return last < available;
    }

    /// <summary>How many elements a shape has, or <see cref="long.MaxValue"/> where that is more than fits.</summary>
    public static long Count(ReadOnlySpan<long> shape)
    {
        if (shape.Contains(0))
        {
            return 0;
        }

        Int128 count = 1;
        foreach (var extent in shape)
        {
            count *= extent;
            if (count > long.MaxValue)
            {
                return long.MaxValue;
            }
        }

        return (long)count;
    }

    /// <summary>The view's elements of <paramref name="size"/> bytes each, in row-major order.</summary>
    /// <param name="buffer">The bytes of at least as many elements as <see cref="Fits"/> was asked about.</param>
    public static byte[] Copy(ReadOnlySpan<byte> buffer, int size, ReadOnlySpan<long> shape, ReadOnlySpan<long> strides, long offset)
    {
        var result = new byte[Count(shape) * size];
        var position = new long[shape.Length];
        var source = offset;
        for (var at = 0; at < result.Length; at += size)
        {
            buffer.Slice((int)(source * size), size).CopyTo(result.AsSpan(at));
            for (var axis = shape.Length - 1; axis >= 0; axis--)
            {
                source += strides[axis];
                if (++position[axis] < shape[axis])
                {
                    break;
                }

                source -= shape[axis] * strides[axis];
                position[axis] = 0;
            }
        }

        return result;
    }
}
