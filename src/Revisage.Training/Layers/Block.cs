using System.Collections.Concurrent;
using System.Globalization;
using System.Reflection;

namespace Revisage.Training.Layers;

/// <summary>
/// A part of a network: owns weights and other blocks as fields, and writes <see cref="Forward"/>. Field names
/// are the weights' names, joined by dots as PyTorch joins them (<c>body.3.conv1.weight</c>), in the order
/// of declaration.
/// </summary>
public abstract class Block
{
    /// <summary>Where a name of several blocks has their indices.</summary>
    private const string Index = "{0}";

    private static readonly ConcurrentDictionary<Type, (FieldInfo Field, string Name, int First)[]> StateFields = new();

    public abstract FeatureMap Forward(FeatureMap x);

    /// <summary>As it is exported, where it has several inputs or outputs; without such, its forward pass.</summary>
    public virtual IReadOnlyList<FeatureMap> ForwardAll(IReadOnlyList<FeatureMap> inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        return inputs.Count == 1
            ? [Forward(inputs[0])]
            : throw new ArgumentException($"{GetType().Name} takes one input, but {inputs.Count} were given.", nameof(inputs));
    }

    /// <summary>Every weight below this block with its path, each once, in order of declaration.</summary>
    /// <exception cref="InvalidOperationException">Two weights have one path, or a block hides in a captured constructor parameter.</exception>
    public IReadOnlyList<NamedWeight> NamedWeights()
    {
        var found = new List<NamedWeight>();
        Collect("", found);
        var twice = found.GroupBy(named => named.Path).FirstOrDefault(group => group.Count() > 1);
        return twice is null
            ? found
            : throw new InvalidOperationException($"Two weights of {GetType().Name} are named '{twice.Key}'.");
    }

    private void Collect(string prefix, List<NamedWeight> found)
    {
        if (this is Sequence sequence)
        {
            CollectAll(prefix + Index, 0, sequence.Blocks, found);
            return;
        }

        foreach (var (field, name, first) in StateFields.GetOrAdd(GetType(), FieldsOf))
        {
            var path = prefix + name;
            if (name.Length == 0)
            {
                ((Block)field.GetValue(this)!).Collect(prefix, found);
            }
            else if (field.GetValue(this) is IEnumerable<Block> blocks)
            {
                CollectAll(name.Contains(Index, StringComparison.Ordinal) ? path : $"{path}.{Index}", first, blocks, found);
            }
            else
            {
                CollectValue(path, field.GetValue(this), found);
            }
        }
    }

    private static void CollectValue(string path, object? value, List<NamedWeight> found)
    {
        switch (value)
        {
            case Weight weight:
                if (!found.Exists(named => ReferenceEquals(named.Weight, weight)))
                {
                    found.Add(new NamedWeight(path, weight));
                    if (weight.Transform is SpectralNorm norm)
                    {
                        // PyTorch's names of the power iteration's vectors.
                        found.Add(new NamedWeight(path + "_u", norm.U));
                        found.Add(new NamedWeight(path + "_v", norm.V));
                    }
                }

                break;
            case Block block:
                block.Collect(path + ".", found);
                break;
        }
    }

    private static void CollectAll(string pattern, int first, IEnumerable<Block> blocks, List<NamedWeight> found)
    {
        foreach (var (index, block) in blocks.Index())
        {
            CollectValue(pattern.Replace(Index, (first + index).ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal), block, found);
        }
    }

    private static (FieldInfo, string, int)[] FieldsOf(Type type)
    {
        var lineage = new Stack<Type>();
        for (var t = type; t is not null && t != typeof(Block) && t != typeof(object); t = t.BaseType)
        {
            lineage.Push(t);
        }

        const BindingFlags own = BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public | BindingFlags.DeclaredOnly;
        var fields = new List<(FieldInfo, string, int)>();
        // Metadata order is declaration order; reflection alone does not promise it.
        foreach (var field in lineage.SelectMany(t => t.GetFields(own).OrderBy(f => f.MetadataToken)))
        {
            if (!HoldsState(field.FieldType))
            {
                continue;
            }

            if (field.Name.StartsWith('<'))
            {
                throw new InvalidOperationException(
                    $"{type.Name} keeps {field.FieldType.Name} in {field.Name}, which has no name of its own: give it a field.");
            }

            var given = field.GetCustomAttribute<StateNameAttribute>();
            fields.Add((field, given?.Name ?? field.Name, given?.First ?? 0));
        }

        return [.. fields];
    }

    private static bool HoldsState(Type type) =>
        type == typeof(Weight) || typeof(Block).IsAssignableFrom(type) || typeof(IEnumerable<Block>).IsAssignableFrom(type);
}

/// <summary>A weight and its dotted path below the network.</summary>
public sealed record NamedWeight(string Path, Weight Weight);

/// <summary>
/// The name a field's weights have in a published checkpoint, where C# would not write it so. In that of several blocks,
/// <c>{0}</c> stands for each one's index: <c>m{0}</c> names m0, m1 ... instead of m.0, m.1 ... Where a single block's name is empty,
/// its weights are named as if they were its owner's own.
/// </summary>
[AttributeUsage(AttributeTargets.Field)]
public sealed class StateNameAttribute(string name) : Attribute
{
    public string Name { get; } = name;

    /// <summary>The first block's index.</summary>
    public int First { get; init; }
}

/// <summary>Blocks one after another; their names are their indices.</summary>
public sealed class Sequence(params Block[] blocks) : Block
{
    internal IReadOnlyList<Block> Blocks { get; } = blocks;

    public override FeatureMap Forward(FeatureMap x) => Blocks.Aggregate(x, (value, block) => block.Forward(value));
}
