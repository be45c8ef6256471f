using System.Buffers;
using System.Diagnostics;

namespace Revisage.Torch;

/// <summary>
/// An operator of LibTorch's dispatcher, found once by name. Every call to LibTorch's arithmetic goes through
/// <see cref="Invoke"/>; arguments left out take the schema's defaults.
/// </summary>
/// <param name="name">With its namespace: <c>aten::conv2d</c>.</param>
/// <param name="overload">As <c>native_functions.yaml</c> has it; often empty.</param>
internal sealed class Operator(string name, string overload = "")
{
    private nint handle;

    public string Name { get; } = overload.Length == 0 ? name : $"{name}.{overload}";

    /// <summary>Calls an operator that returns one tensor.</summary>
    public Tensor Call(params ReadOnlySpan<Argument> arguments)
    {
        Span<NativeValue> result = stackalloc NativeValue[1];
        Invoke(arguments, result);
        return new Tensor(result[0].Pointer);
    }

    /// <summary>Calls an operator that returns several tensors, or a list of them.</summary>
    public Tensor[] CallMany(int capacity, params ReadOnlySpan<Argument> arguments)
    {
        Span<NativeValue> results = capacity <= 64 ? stackalloc NativeValue[capacity] : new NativeValue[capacity];
        var count = Invoke(arguments, results);
        var tensors = new Tensor[count];
        for (var i = 0; i < count; i++)
        {
            tensors[i] = new Tensor(results[i].Pointer);
        }

        return tensors;
    }

    /// <summary>Calls an operator for its effect on its first argument; what it returns is that argument again.</summary>
    public void CallInPlace(params ReadOnlySpan<Argument> arguments)
    {
        Span<NativeValue> results = stackalloc NativeValue[4];
        var count = Invoke(arguments, results);
        for (var i = 0; i < count; i++)
        {
            Native.Release(results[i].Pointer);
        }
    }

    public double CallForNumber(params ReadOnlySpan<Argument> arguments)
    {
        Span<NativeValue> result = stackalloc NativeValue[1];
        Invoke(arguments, result);
        return result[0].Kind == ValueKind.Double ? result[0].Double : result[0].Int;
    }

    private unsafe int Invoke(ReadOnlySpan<Argument> arguments, Span<NativeValue> results)
    {
        if (handle == 0)
        {
            Native.Check(Native.FindOperator(name, overload, out handle));
        }

        var listed = 0;
        foreach (var argument in arguments)
        {
            listed += argument.ListLength;
        }

        long[]? rented = null;
        Span<long> lists = listed <= 64 ? stackalloc long[64] : rented = ArrayPool<long>.Shared.Rent(listed);
        Span<NativeValue> values = stackalloc NativeValue[arguments.Length];
        var profile = OperatorProfile.Current;
        var start = profile is null ? 0 : Stopwatch.GetTimestamp();
        try
        {
            fixed (long* list = lists)
            fixed (NativeValue* value = values)
            fixed (NativeValue* result = results)
            {
                var used = 0;
                for (var i = 0; i < arguments.Length; i++)
                {
                    value[i] = arguments[i].ToNative(list + used);
                    used += arguments[i].ListLength;
                }

                Native.Check(Native.Call(handle, value, arguments.Length, result, results.Length, out var count));
                return count;
            }
        }
        finally
        {
            profile?.Add(Name, Stopwatch.GetElapsedTime(start));
            if (rented is not null)
            {
                ArrayPool<long>.Shared.Return(rented);
            }
        }
    }
}

/// <summary>One argument of an operator call, converted by the bridge to the type that the schema asks for.</summary>
internal readonly struct Argument
{
    private readonly ValueKind kind;
    private readonly long bits;
    private readonly object? list;

    private Argument(ValueKind kind, long bits, object? list = null)
    {
        this.kind = kind;
        this.bits = bits;
        this.list = list;
    }

    /// <summary>Take the schema's default.</summary>
    public static Argument Default => default;

    public static Argument None => new(ValueKind.None, 0);

    public int ListLength => list switch
    {
        long[] ints => ints.Length,
        double[] doubles => doubles.Length,
        IReadOnlyList<Tensor> tensors => tensors.Count,
        _ => 0,
    };

    public static implicit operator Argument(Tensor? tensor) => tensor is null ? None : new(ValueKind.Tensor, tensor.Handle, tensor);

    public static implicit operator Argument(long value) => new(ValueKind.Int, value);

    public static implicit operator Argument(int value) => new(ValueKind.Int, value);

    public static implicit operator Argument(double value) => new(ValueKind.Double, BitConverter.DoubleToInt64Bits(value));

    public static implicit operator Argument(double? value) => value is { } given ? given : None;

    public static implicit operator Argument(bool value) => new(ValueKind.Bool, value ? 1 : 0);

    public static implicit operator Argument(ScalarType type) => new(ValueKind.Int, (long)type);

    public static implicit operator Argument(MemoryFormat format) => new(ValueKind.Int, (long)format);

    public static implicit operator Argument(long[] values) => new(ValueKind.IntList, 0, values);

    public static implicit operator Argument(double[] values) => new(ValueKind.DoubleList, 0, values);

    public static implicit operator Argument(Tensor[] tensors) => new(ValueKind.TensorList, 0, tensors);

    public static Argument List(IReadOnlyList<Tensor> tensors) => new(ValueKind.TensorList, 0, tensors);

    /// <summary>A device's or a mode's name as UTF-8, which the caller keeps alive through the call.</summary>
    public static Argument Text(Utf8Text text) => new(ValueKind.String, text.Pointer, text);

    internal unsafe NativeValue ToNative(long* room)
    {
        var value = new NativeValue { Kind = kind, Int = bits };
        switch (list)
        {
            case long[] ints:
                ints.CopyTo(new Span<long>(room, ints.Length));
                value.Count = ints.Length;
                value.Pointer = (nint)room;
                break;
            case double[] doubles:
                doubles.CopyTo(new Span<double>(room, doubles.Length));
                value.Count = doubles.Length;
                value.Pointer = (nint)room;
                break;
            case IReadOnlyList<Tensor> tensors:
                for (var i = 0; i < tensors.Count; i++)
                {
                    room[i] = tensors[i].Handle;
                }

                value.Count = tensors.Count;
                value.Pointer = (nint)room;
                break;
            case Utf8Text text:
                value.Count = text.Length;
                break;
        }

        return value;
    }
}

/// <summary>A constant text in native memory, for the life of the process.</summary>
internal sealed class Utf8Text
{
    public Utf8Text(string text)
    {
        Pointer = System.Runtime.InteropServices.Marshal.StringToCoTaskMemUTF8(text);
        Length = System.Text.Encoding.UTF8.GetByteCount(text);
    }

    public nint Pointer { get; }

    public int Length { get; }
}
