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
    private static readonly ConcurrentDictionary<Type, (FieldInfo Field, string Name)[]> StateFields = new();

    public abstract FeatureMap Forward(FeatureMap x);

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
            CollectAll(prefix, sequence.Blocks, found);
            return;
        }

        foreach (var (field, name) in StateFields.GetOrAdd(GetType(), FieldsOf))
        {
            CollectValue(prefix + name, field.GetValue(this), found);
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
            case IEnumerable<Block> blocks:
                CollectAll(path + ".", blocks, found);
                break;
        }
    }

    private static void CollectAll(string prefix, IEnumerable<Block> blocks, List<NamedWeight> found)
    {
        foreach (var (index, block) in blocks.Index())
        {
            CollectValue(prefix + index.ToString(CultureInfo.InvariantCulture), block, found);
        }
    }

    private static (FieldInfo, string)[] FieldsOf(Type type)
    {
        var lineage = new Stack<Type>();
        for (var t = type; t is not null && t != typeof(Block) && t != typeof(object); t = t.BaseType)
        {
            lineage.Push(t);
        }

        const BindingFlags own = BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public | BindingFlags.DeclaredOnly;
        var fields = new List<(FieldInfo, string)>();
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

            fields.Add((field, field.GetCustomAttribute<StateNameAttribute>()?.Name ?? field.Name));
        }

        return [.. fields];
    }

    private static bool HoldsState(Type type) =>
        type == typeof(Weight) || typeof(Block).IsAssignableFrom(type) || typeof(IEnumerable<Block>).IsAssignableFrom(type);
}

/// <summary>A weight and its dotted path below the network.</summary>
public sealed record NamedWeight(string Path, Weight Weight);

/// <summary>The name a field's weights have in a published checkpoint, where C# would not write it so.</summary>
[AttributeUsage(AttributeTargets.Field)]
public sealed class StateNameAttribute(string name) : Attribute
{
    public string Name { get; } = name;
}

/// <summary>Blocks one after another; their names are their indices.</summary>
public sealed class Sequence(params Block[] blocks) : Block
{
    internal IReadOnlyList<Block> Blocks { get; } = blocks;

    public override FeatureMap Forward(FeatureMap x) => Blocks.Aggregate(x, (value, block) => block.Forward(value));
}
