using Revisage.Torch;

namespace Revisage.Training.Import;

/// <summary>
/// What a pickle's <c>BUILD</c> may fill. The other values of a pickle are null, bool, long, BigInteger, double,
/// string, byte[], <see cref="PickleList"/>, <see cref="PickleTuple"/>, <see cref="PickleDictionary"/> and what
/// <see cref="TorchGlobals"/> makes.
/// </summary>
internal interface IPickleState
{
    void Build(object? state);
}

/// <summary>A Python class or function by its name alone: nothing stands behind it.</summary>
internal sealed record PickleGlobal(string Name);

/// <summary>A Python class or function of the closed list, and what stands in its place.</summary>
internal sealed record PickleFunction(string Name, Func<PickleTuple, object?> Call);

internal sealed class PickleTuple(IReadOnlyList<object?> items)
{
    public static PickleTuple Empty { get; } = new([]);

    public IReadOnlyList<object?> Items { get; } = items;

    /// <exception cref="InvalidDataException">It has fewer values, or one of another kind.</exception>
    public T Get<T>(int index, string what) => index < Items.Count && Items[index] is T value
        ? value
        : throw new InvalidDataException($"{what} has {(index < Items.Count ? Items[index]?.GetType().Name ?? "None" : "nothing")} where {typeof(T).Name} belongs.");

    /// <summary>The tuple of integers at <paramref name="index"/>, such as a shape.</summary>
    public long[] Integers(int index, string what) => Get<PickleTuple>(index, what) is var tuple && tuple.Items.All(item => item is long)
        ? [.. tuple.Items.Cast<long>()]
        : throw new InvalidDataException($"{what} has a shape or stride that is not of integers.");
}

internal sealed class PickleList
{
    public List<object?> Items { get; } = [];
}

/// <summary>A set; what it holds matters only as text.</summary>
internal sealed class PickleSet
{
    public List<object?> Items { get; } = [];
}

/// <summary>A dict or OrderedDict in order of insertion. Keys that are no text are kept, but never compared.</summary>
internal sealed class PickleDictionary : IPickleState
{
    private readonly List<(object? Key, object? Value)> pairs = [];
    private readonly Dictionary<string, int> places = [];

    public IReadOnlyList<(object? Key, object? Value)> Pairs => pairs;

    public object? this[string key] => places.TryGetValue(key, out var place) ? pairs[place].Value : null;

    public void Set(object? key, object? value)
    {
        if (key is string text)
        {
            if (places.TryGetValue(text, out var place))
            {
                pairs[place] = (key, value);
                return;
            }

            places.Add(text, pairs.Count);
        }

        pairs.Add((key, value));
    }

    // The attributes of an OrderedDict: PyTorch keeps the versions of modules there (_metadata).
    public void Build(object? state)
    {
    }
}

/// <summary>An object of a class that is known by name alone: its state is only data.</summary>
internal sealed class PickleInstance(PickleGlobal type) : IPickleState
{
    public PickleGlobal Type { get; } = type;

    public PickleDictionary State { get; private set; } = new();

    public void Build(object? state) => State = state switch
    {
        PickleDictionary dictionary => dictionary,
        // (dict, slots), as Python gives where a class has __slots__.
        PickleTuple { Items: [PickleDictionary dictionary, _] } => dictionary,
        _ => throw new InvalidDataException($"An object of '{Type.Name}' has a state that is no dictionary."),
    };
}

/// <summary>A storage that tensors look into: <paramref name="Count"/> elements in the file under <paramref name="Key"/>.</summary>
internal sealed record TorchStorage(string Key, ScalarType Type, long Count);

/// <summary>A tensor: a view of <paramref name="Storage"/>, in elements. It lies inside the storage, as declared.</summary>
internal sealed record TorchTensor(TorchStorage Storage, long Offset, long[] Shape, long[] Strides);

/// <summary>A storage, or since it may be a view of another, the part of one.</summary>
internal sealed record TorchStorageView(TorchStorage Storage, long Offset, long Count);
