using System.Globalization;
using System.Numerics;
using Revisage.Torch;

namespace Revisage.Training.Import;

/// <summary>Walks what a pickle built, and collects its arrays and its numbers by their paths.</summary>
/// <remarks>
/// A pickle's values may contain each other, or themselves, and many tensors may look into one storage: depth,
/// paths and the bytes of all arrays together are limited.
/// </remarks>
/// <param name="read">A storage's bytes, as many as it declares.</param>
/// <param name="byteLimit">Of all arrays together.</param>
internal sealed class TorchTree(Func<TorchStorage, byte[]> read, long byteLimit)
{
    private const int DepthLimit = 100;
    private const int VisitLimit = 200_000;
    private const int NameLimit = 1_000;

    private readonly List<ImportedArray> arrays = [];
    private readonly Dictionary<string, string> metadata = [];
    private readonly HashSet<string> paths = [];
    private readonly Dictionary<string, byte[]> storages = [];
    private readonly Dictionary<object, byte[]> views = new(ReferenceEqualityComparer.Instance);
    private int visited;
    private long bytes;

    /// <exception cref="InvalidDataException">It goes too deep, repeats itself too often, or two values have one path.</exception>
    public ImportedCheckpoint Read(object? root, string source)
    {
        Visit(root, "", "value", 0);
        return new ImportedCheckpoint(source, arrays, metadata);
    }

    // The root is a container as a rule; its own name is left out then.
    private void Visit(object? value, string section, string name, int depth)
    {
        var inner = depth == 0 ? "" : ImportedCheckpoint.Join(section, name);
        Count(depth, inner);
        switch (value)
        {
            case TorchTensor or NumpyArray:
                Add(section, name, value);
                break;
            case PickleDictionary dictionary:
                foreach (var (key, item) in dictionary.Pairs)
                {
                    Visit(item, inner, KeyOf(key), depth + 1);
                }

                break;
            case PickleList list:
                VisitAll(list.Items, inner, depth);
                break;
            case PickleTuple tuple:
                VisitAll(tuple.Items, inner, depth);
                break;
            case PickleInstance { State: var state } when state["_modules"] is PickleDictionary:
                VisitModule(state, inner, "", depth + 1);
                break;
            default:
                metadata.Add(Path(section, name), Describe(value));
                break;
        }
    }

    private void VisitAll(IReadOnlyList<object?> items, string section, int depth)
    {
        foreach (var (i, item) in items.Index())
        {
            Visit(item, section, i.ToString(CultureInfo.InvariantCulture), depth + 1);
        }
    }

    // nn.Module.state_dict(): parameters, buffers that persist, then the same of each child under its name.
    private void VisitModule(PickleDictionary state, string section, string prefix, int depth)
    {
        Count(depth, prefix);
        var passing = (state["_non_persistent_buffers_set"] as PickleSet)?.Items.OfType<string>().Take(VisitLimit).ToHashSet() ?? [];
        visited += passing.Count;
        foreach (var kind in new[] { "_parameters", "_buffers" })
        {
            foreach (var (key, value) in Children(state, kind).Where(child => child.Value is not null && !(kind == "_buffers" && passing.Contains(child.Key))))
            {
                Count(depth, prefix);
                Add(section, prefix + key, value as TorchTensor ?? throw new InvalidDataException($"'{prefix}{key}' of a module is no tensor."));
            }
        }

        foreach (var (key, value) in Children(state, "_modules").Where(child => child.Value is not null))
        {
            var child = value as PickleInstance ?? throw new InvalidDataException($"'{prefix}{key}' of a module is no module.");
            VisitModule(child.State, section, $"{prefix}{key}.", depth + 1);
        }
    }

    private static IEnumerable<(string Key, object? Value)> Children(PickleDictionary state, string kind) =>
        ((state[kind] as PickleDictionary)?.Pairs ?? []).Select(pair => (KeyOf(pair.Key), pair.Value));

    private void Count(int depth, string path)
    {
        Measured(path);
        if (depth > DepthLimit || ++visited > VisitLimit)
        {
            throw new InvalidDataException($"its values are nested deeper than {DepthLimit}, or are more than {VisitLimit}.");
        }
    }

    private void Add(string section, string name, object value)
    {
        Path(section, name);
        var (type, shape) = value is TorchTensor tensor ? (tensor.Storage.Type, tensor.Shape) : (((NumpyArray)value).Type, ((NumpyArray)value).Shape);
        var count = Strided.Count(shape);
        if (count > (byteLimit - bytes) / type.Size() || count > Array.MaxLength / type.Size())
        {
            throw new InvalidDataException($"'{name}' of {type} {string.Join('x', shape)} brings the arrays to more than {byteLimit} bytes, several times what the file holds.");
        }

        bytes += count * type.Size();
        arrays.Add(new ImportedArray(section, new StoredArray(name, type, shape, BytesOf(value, (int)count * type.Size()))));
    }

    private ReadOnlyMemory<byte> BytesOf(object value, int length)
    {
        if (views.TryGetValue(value, out var known))
        {
            return known;
        }

        if (value is NumpyArray array)
        {
            return views[value] = Strided.Copy(array.Bytes, array.Type.Size(), array.Shape, array.Strides, 0);
        }

        var tensor = (TorchTensor)value;
        if (!storages.TryGetValue(tensor.Storage.Key, out var storage))
        {
            storages.Add(tensor.Storage.Key, storage = read(tensor.Storage));
        }

        return Strided.IsContiguous(tensor.Shape, tensor.Strides)
            ? storage.AsMemory((int)tensor.Offset * tensor.Storage.Type.Size(), length)
            : views[value] = Strided.Copy(storage, tensor.Storage.Type.Size(), tensor.Shape, tensor.Strides, tensor.Offset);
    }

    private string Path(string section, string name)
    {
        var path = Measured(ImportedCheckpoint.Join(section, name));
        return paths.Add(path) ? path : throw new InvalidDataException($"'{path}' is there twice.");
    }

    private static string Measured(string path) =>
        path.Length <= NameLimit ? path : throw new InvalidDataException($"a name of {path.Length} characters, where {NameLimit} are read.");

    private static string KeyOf(object? key) => key switch
    {
        string text when ImportedCheckpoint.IsName(text) => text,
        long or BigInteger or bool or double => Describe(key),
        _ => throw new InvalidDataException("a dictionary has a key that is no name: empty, with control characters, or neither text nor number."),
    };

    private static string Describe(object? value) => value switch
    {
        null => "None",
        string { Length: <= NameLimit } text => text,
        string text => $"{text.Length} characters",
        byte[] data => $"{data.Length} bytes",
        bool truth => truth ? "True" : "False",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        PickleGlobal global => global.Name,
        PickleFunction function => function.Name,
        PickleInstance instance => $"an object of '{instance.Type.Name}'",
        PickleSet set => $"a set of {set.Items.Count}",
        _ => $"a {value.GetType().Name}",
    };
}
