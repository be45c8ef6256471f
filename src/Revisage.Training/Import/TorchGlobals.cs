using System.Buffers.Binary;
using System.Text;
using Revisage.Torch;

namespace Revisage.Training.Import;

/// <summary>
/// The closed list of Python names that a checkpoint may refer to, and what stands in for each. Nothing is looked
/// up in any interpreter, and every name that is not here is refused.
/// </summary>
/// <param name="wholeModules">Take objects of unknown classes as data; functions are never called even so.</param>
/// <param name="budget">How many bytes and items calls may copy in all: the file's length, since a pickle holds each once.</param>
internal sealed class TorchGlobals(bool wholeModules, long budget)
{
    // LibTorch's own.
    internal const int DimensionLimit = 64;

    private static readonly Dictionary<string, ScalarType> ElementTypes = new()
    {
        ["Float"] = ScalarType.Float,
        ["Double"] = ScalarType.Double,
        ["Half"] = ScalarType.Half,
        ["BFloat16"] = ScalarType.BFloat16,
        ["Long"] = ScalarType.Long,
        ["Int"] = ScalarType.Int,
        ["Byte"] = ScalarType.Byte,
        ["Bool"] = ScalarType.Bool,
    };

    private static readonly Dictionary<string, object> StorageTypes = new(
        from type in ElementTypes
        from module in new[] { "torch", "torch.cuda" }
        select KeyValuePair.Create<string, object>($"{module}.{type.Key}Storage", type.Value));

    // Names that are values, never called.
    private static readonly HashSet<string> Constants =
    [
        "torch.float32", "torch.float64", "torch.float16", "torch.bfloat16", "torch.int64", "torch.int32", "torch.uint8", "torch.bool",
        "numpy.ndarray",
    ];

    private readonly Dictionary<string, TorchStorage> storages = [];
    private readonly Dictionary<string, object> found = [];
    private long copied;

    /// <summary>Every storage that a persistent id named, by key.</summary>
    public IReadOnlyDictionary<string, TorchStorage> Storages => storages;

    /// <summary>What stands in for <paramref name="module"/>.<paramref name="name"/>.</summary>
    /// <exception cref="InvalidDataException">It is not in the list.</exception>
    public object Find(string module, string name)
    {
        var full = $"{module}.{name}";
        if (StorageTypes.TryGetValue(full, out var storage))
        {
            return storage;
        }

        // One object for each name, however often it is referred to.
        if (found.TryGetValue(full, out var known))
        {
            return known;
        }

        return found[full] = FunctionOf(full) is { } call ? new PickleFunction(full, call)
            : wholeModules || Constants.Contains(full) ? new PickleGlobal(full)
            : throw new InvalidDataException(
                $"it refers to '{full}', which is not among the names that a state dict needs; nothing was run. Save model.state_dict() in PyTorch instead, or if this is a whole network whose class that is, ask for whole modules (--whole-module).");
    }

    /// <summary><c>REDUCE</c>: the value of a call.</summary>
    /// <exception cref="InvalidDataException">The function is not in the list.</exception>
    public static object? Call(object function, PickleTuple arguments)
    {
        if (function is not PickleFunction known)
        {
            throw new InvalidDataException($"it calls '{NameOf(function)}', which is not among the functions that a checkpoint needs; nothing was run. Save model.state_dict() in PyTorch instead.");
        }

        return known.Call(arguments);
    }

    /// <summary><c>NEWOBJ</c>: an object of a class that is known by name, without arguments, as nn.Module's are.</summary>
    public object? New(object? type, PickleTuple arguments) => type switch
    {
        PickleFunction function => function.Call(arguments),
        PickleGlobal name when wholeModules && arguments.Items.Count == 0 => new PickleInstance(name),
        _ => throw new InvalidDataException($"it makes an object of '{NameOf(type)}'{(arguments.Items.Count > 0 ? " with arguments" : "")}, which no checkpoint needs; nothing was run."),
    };

    /// <summary><c>BINPERSID</c>: a storage, or the class of a module that comes with its source text.</summary>
    public object? Persistent(object? id)
    {
        var tuple = id as PickleTuple ?? throw new InvalidDataException("a persistent id that is no tuple.");
        const string What = "A persistent id";
        switch (tuple.Get<string>(0, What))
        {
            case "module":
                // ("module", class, path, source): the source is text that nobody reads.
                return tuple.Get<object>(1, What);
            case "storage":
                // ("storage", type, key, device, elements[, view])
                var storage = new TorchStorage(tuple.Get<string>(2, What), tuple.Get<ScalarType>(1, What), tuple.Get<long>(4, What));
                if (storage.Count < 0 || storage.Count > int.MaxValue / storage.Type.Size())
                {
                    throw new InvalidDataException($"storage '{storage.Key}' claims {storage.Count} elements; a storage of 0 to 2 GiB can be read.");
                }

                if (!storages.TryAdd(storage.Key, storage) && storages[storage.Key] != storage)
                {
                    throw new InvalidDataException($"storage '{storage.Key}' is described twice, and differently.");
                }

                return tuple.Items.Count > 5 && tuple.Items[5] is PickleTuple view
                    ? ViewOf(storage, view.Get<long>(1, What), view.Get<long>(2, What))
                    : new TorchStorageView(storage, 0, storage.Count);
            case var kind:
                throw new InvalidDataException($"a persistent id of kind '{kind}', where 'storage' and 'module' are known.");
        }
    }

    private Func<PickleTuple, object?>? FunctionOf(string name) => name switch
    {
        "torch._utils._rebuild_tensor" or "torch._utils._rebuild_tensor_v2" => RebuildTensor,
        "torch._utils._rebuild_parameter" or "torch._utils._rebuild_parameter_with_state" => arguments => arguments.Get<TorchTensor>(0, "A parameter"),
        "torch.Size" => arguments => arguments.Get<PickleTuple>(0, "A size"),
        "torch.device" => arguments => arguments.Items is [string { Length: < 100 } kind, long index] ? $"{kind}:{index}" : arguments.Get<string>(0, "A device"),
        "collections.OrderedDict" => OrderedDictionary,
        "__builtin__.set" or "builtins.set" or "__builtin__.frozenset" or "builtins.frozenset" => Set,
        "__builtin__.bytes" or "builtins.bytes" => NoBytes,
        "_codecs.encode" => Encode,
        // A part of every module before PyTorch 1.5, without a state.
        "torch.nn.backends.thnn._get_thnn_function_backend" when wholeModules => _ => null,
        "numpy.dtype" => arguments => new NumpyType(arguments.Get<string>(0, "A dtype")),
        "numpy.core.multiarray.scalar" or "numpy._core.multiarray.scalar" => NumpyArray.Scalar,
        "numpy.core.multiarray._reconstruct" or "numpy._core.multiarray._reconstruct" => _ => new NumpyArray(Spend),
        _ => null,
    };

    private static TorchStorageView ViewOf(TorchStorage storage, long offset, long count) =>
        offset >= 0 && count >= 0 && offset <= storage.Count - count
            ? new TorchStorageView(storage, offset, count)
            : throw new InvalidDataException($"a view of {count} elements from {offset} of storage '{storage.Key}', which has {storage.Count}.");

    // (storage, offset, shape, strides, ...): what follows concerns gradients.
    private TorchTensor RebuildTensor(PickleTuple arguments)
    {
        const string What = "A tensor";
        var view = arguments.Get<TorchStorageView>(0, What);
        var offset = arguments.Get<long>(1, What);
        if (arguments.Get<PickleTuple>(2, What).Items.Count > DimensionLimit || arguments.Get<PickleTuple>(3, What).Items.Count > DimensionLimit)
        {
            throw new InvalidDataException($"a tensor of more than {DimensionLimit} dimensions.");
        }

        var (shape, strides) = (arguments.Integers(2, What), arguments.Integers(3, What));
        Spend(shape.Length + strides.Length);
        if (!Strided.Fits(shape, strides, offset, view.Count))
        {
            throw new InvalidDataException(
                $"a tensor of shape {string.Join('x', shape)}, strides {string.Join(',', strides)} and offset {offset} does not lie in its storage '{view.Storage.Key}' of {view.Count} elements.");
        }

        return new TorchTensor(view.Storage, view.Offset + offset, shape, strides);
    }

    private PickleDictionary OrderedDictionary(PickleTuple arguments)
    {
        var dictionary = new PickleDictionary();
        if (arguments.Items.Count == 0)
        {
            return dictionary;
        }

        // Python 2 gives its items as a list of lists.
        var items = arguments.Get<PickleList>(0, "An OrderedDict").Items;
        Spend(items.Count);
        foreach (var item in items)
        {
            var pair = item is PickleList list ? list.Items : (item as PickleTuple)?.Items;
            if (pair?.Count != 2)
            {
                throw new InvalidDataException("an OrderedDict of something other than pairs.");
            }

            dictionary.Set(pair[0], pair[1]);
        }

        return dictionary;
    }

    private PickleSet Set(PickleTuple arguments)
    {
        var set = new PickleSet();
        if (arguments.Items.Count > 0)
        {
            var items = arguments.Get<PickleList>(0, "A set").Items;
            Spend(items.Count);
            set.Items.AddRange(items);
        }

        return set;
    }

    // Protocol 2 has no bytes: Python 3 writes _codecs.encode(text, "latin1"), and bytes() for none.
    private byte[] Encode(PickleTuple arguments)
    {
        var text = arguments.Get<string>(0, "_codecs.encode");
        if (arguments.Get<string>(1, "_codecs.encode") is not ("latin1" or "latin-1"))
        {
            throw new InvalidDataException("_codecs.encode is asked for another encoding than Latin-1.");
        }

        Spend(text.Length);
        return Encoding.Latin1.GetBytes(text);
    }

    private static byte[] NoBytes(PickleTuple arguments) =>
        arguments.Items.Count == 0 ? [] : throw new InvalidDataException("bytes() is called with arguments.");

    private void Spend(long amount)
    {
        copied += amount;
        if (copied > budget)
        {
            throw new InvalidDataException($"it copies the same values again and again, beyond {budget} in all.");
        }
    }

    private static string NameOf(object? value) => value switch
    {
        PickleFunction function => function.Name,
        PickleGlobal global => global.Name,
        _ => value?.GetType().Name ?? "None",
    };
}

/// <summary>numpy's dtype: a letter and a size, as its constructor takes them, and an order of bytes.</summary>
internal sealed class NumpyType(string name) : IPickleState
{
    /// <exception cref="InvalidDataException">The elements are of a kind that no weights are of.</exception>
    public ScalarType Elements => name switch
    {
        "f8" => ScalarType.Double,
        "f4" => ScalarType.Float,
        "f2" => ScalarType.Half,
        "i8" => ScalarType.Long,
        "i4" => ScalarType.Int,
        "u1" => ScalarType.Byte,
        "b1" => ScalarType.Bool,
        _ => throw new InvalidDataException($"numpy's element type '{name}' is not among f8, f4, f2, i8, i4, u1 and b1."),
    };

    // (version, order of bytes, ...)
    public void Build(object? state)
    {
        if (state is not PickleTuple tuple || tuple.Get<string>(1, "A dtype") is not ("<" or "|" or "="))
        {
            throw new InvalidDataException("a dtype whose bytes are not little-endian.");
        }
    }
}

/// <summary>numpy's array, filled by its state.</summary>
internal sealed class NumpyArray(Action<long> spend) : IPickleState
{
    public ScalarType Type { get; private set; } = ScalarType.Byte;

    public long[] Shape { get; private set; } = [0];

    public long[] Strides { get; private set; } = [1];

    public byte[] Bytes { get; private set; } = [];

    // (version, shape, dtype, Fortran order, bytes)
    public void Build(object? state)
    {
        const string What = "An array";
        var tuple = state as PickleTuple ?? throw new InvalidDataException("An array has a state that is no tuple.");
        if (tuple.Get<PickleTuple>(1, What).Items.Count > TorchGlobals.DimensionLimit)
        {
            throw new InvalidDataException($"an array of more than {TorchGlobals.DimensionLimit} dimensions.");
        }

        var shape = tuple.Integers(1, What);
        var type = tuple.Get<NumpyType>(2, What).Elements;
        // Python 2's bytes are its text.
        var text = tuple.Items.Count > 4 ? tuple.Items[4] as string : null;
        spend(text?.Length ?? 0);
        var bytes = text is null ? tuple.Get<byte[]>(4, What) : Encoding.Latin1.GetBytes(text);
        var strides = tuple.Get<bool>(3, What) ? [.. Strided.RowMajor([.. shape.Reverse()]).Reverse()] : Strided.RowMajor(shape);
        if (shape.Any(extent => extent < 0) || bytes.Length % type.Size() != 0 || Strided.Count(shape) != bytes.Length / type.Size())
        {
            throw new InvalidDataException($"an array of {type} {string.Join('x', shape)} has {bytes.Length} bytes.");
        }

        (Type, Shape, Strides, Bytes) = (type, shape, strides, bytes);
    }

    /// <summary>numpy.core.multiarray.scalar(dtype, bytes): a number.</summary>
    public static object Scalar(PickleTuple arguments)
    {
        const string What = "A numpy number";
        var type = arguments.Get<NumpyType>(0, What).Elements;
        var bytes = arguments.Items is [_, string { Length: <= sizeof(double) } text, ..] ? Encoding.Latin1.GetBytes(text) : arguments.Get<byte[]>(1, What);
        if (bytes.Length != type.Size())
        {
            throw new InvalidDataException($"a numpy number of type {type} has {bytes.Length} bytes.");
        }

        return type switch
        {
            ScalarType.Double => BinaryPrimitives.ReadDoubleLittleEndian(bytes),
            ScalarType.Float => (double)BinaryPrimitives.ReadSingleLittleEndian(bytes),
            ScalarType.Half => (double)BinaryPrimitives.ReadHalfLittleEndian(bytes),
            ScalarType.Long => BinaryPrimitives.ReadInt64LittleEndian(bytes),
            ScalarType.Int => (long)BinaryPrimitives.ReadInt32LittleEndian(bytes),
            ScalarType.Bool => bytes[0] != 0,
            _ => (long)bytes[0],
        };
    }
}
