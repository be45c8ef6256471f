using System.Runtime.InteropServices;

namespace Revisage.Torch;

/// <summary>
/// A handle on one of LibTorch's tensors. Made tensors belong to the innermost open <see cref="TensorScope"/>
/// of the thread, which frees them.
/// </summary>
public sealed partial class Tensor : IDisposable
{
    private nint handle;

    /// <param name="handle">A reference that this object now owns.</param>
    internal Tensor(nint handle)
    {
        this.handle = handle;
        TensorScope.Register(this);
    }

    ~Tensor()
    {
        if (handle != 0)
        {
            TensorScope.Abandon(handle);
        }
    }

    public IReadOnlyList<long> Shape
    {
        get
        {
            var description = Describe();
            var shape = new long[description.Dimensions];
            for (var i = 0; i < shape.Length; i++)
            {
                unsafe
                {
                    shape[i] = description.Sizes[i];
                }
            }

            return shape;
        }
    }

    public ScalarType Type => Describe().Type;

    public bool IsCuda => Describe().IsCuda != 0;

    public bool RequiresGrad
    {
        get => Describe().RequiresGrad != 0;
        set => Native.Check(Native.RequireGrad(Handle, value ? 1 : 0));
    }

    /// <summary>How many values it holds.</summary>
    public long Count => Shape.Aggregate(1L, (count, extent) => count * extent);

    internal nint Handle => handle != 0 ? handle : throw new ObjectDisposedException(nameof(Tensor), "This tensor's scope has freed it.");

    /// <summary>A tensor of <paramref name="shape"/> with a copy of <paramref name="values"/>, row-major, on the CPU.</summary>
    public static Tensor Of(ReadOnlySpan<float> values, params ReadOnlySpan<long> shape) => Of(values, ScalarType.Float, shape);

    /// <inheritdoc cref="Of(ReadOnlySpan{float}, ReadOnlySpan{long})"/>
    public static Tensor Of(ReadOnlySpan<long> values, params ReadOnlySpan<long> shape) => Of(values, ScalarType.Long, shape);

    /// <inheritdoc cref="Of(ReadOnlySpan{float}, ReadOnlySpan{long})"/>
    public static Tensor Of(ReadOnlySpan<byte> values, params ReadOnlySpan<long> shape) => Of(values, ScalarType.Byte, shape);

    /// <summary>A tensor of any type from its values' bytes, row-major.</summary>
    public static unsafe Tensor Of<T>(ReadOnlySpan<T> values, ScalarType type, params ReadOnlySpan<long> shape) where T : unmanaged
    {
        var count = 1L;
        foreach (var extent in shape)
        {
            count *= extent;
        }

        var bytes = MemoryMarshal.AsBytes(values);
        if (bytes.Length != count * type.Size())
        {
            throw new ArgumentException(
                $"A {type} tensor of shape {string.Join('x', shape.ToArray())} holds {count * type.Size()} bytes, but {bytes.Length} were given.", nameof(values));
        }

        fixed (byte* data = bytes)
        fixed (long* sizes = shape)
        {
            Native.Check(Native.CreateTensor(data, sizes, shape.Length, type, out var tensor));
            return new Tensor(tensor);
        }
    }

    /// <summary>The values as floats, row-major, whatever the type, device and layout.</summary>
    public float[] ToArray()
    {
        if (Type == ScalarType.Float)
        {
            return Read<float>();
        }

        using var converted = To(ScalarType.Float);
        return converted.Read<float>();
    }

    /// <summary>The values in their own type, row-major; <typeparamref name="T"/> must have its size.</summary>
    public T[] Read<T>() where T : unmanaged
    {
        var values = new T[Count * Type.Size() / Marshal.SizeOf<T>()];
        Read(values.AsSpan());
        return values;
    }

    /// <inheritdoc cref="Read{T}()"/>
    public unsafe void Read<T>(Span<T> into) where T : unmanaged
    {
        var bytes = MemoryMarshal.AsBytes(into);
        fixed (byte* data = bytes)
        {
            Native.Check(Native.Read(Handle, data, bytes.Length));
        }
    }

    /// <summary>The single value of a tensor that holds one.</summary>
    public double Item() => LocalScalar.CallForNumber(this);

    public void Dispose()
    {
        if (handle != 0)
        {
            Native.Release(handle);
            handle = 0;
            TensorScope.Released();
        }

        GC.SuppressFinalize(this);
    }

    public override string ToString() => handle == 0 ? "Tensor (freed)" : $"{Type} {string.Join('x', Shape)}";

    private TensorDescription Describe()
    {
        Native.Check(Native.Describe(Handle, out var description));
        return description;
    }
}

/// <summary>Facts about element types.</summary>
public static class ScalarTypes
{
    /// <summary>Bytes of one element.</summary>
    public static int Size(this ScalarType type) => type switch
    {
        ScalarType.Byte or ScalarType.Bool => 1,
        ScalarType.Half or ScalarType.BFloat16 => 2,
        ScalarType.Int or ScalarType.Float => 4,
        ScalarType.Long or ScalarType.Double => 8,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "not an element type of this binding"),
    };
}
