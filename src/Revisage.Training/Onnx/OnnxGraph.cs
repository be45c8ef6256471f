using System.Globalization;
using System.Runtime.InteropServices;
using Revisage.Training.Layers;

namespace Revisage.Training.Onnx;

/// <summary>One operator: its inputs and its only output by name ("" for an optional input left out).</summary>
internal sealed record OnnxNode(string Name, string Operator, IReadOnlyList<string> Inputs, string Output, IReadOnlyList<OnnxAttribute> Attributes);

/// <summary>An operator's setting: an int, a float, a string or several ints, converted from a pair.</summary>
internal sealed record OnnxAttribute(string Name, object Value)
{
    public static implicit operator OnnxAttribute((string Name, int Value) pair) => new(pair.Name, pair.Value);

    public static implicit operator OnnxAttribute((string Name, double Value) pair) => new(pair.Name, (float)pair.Value);

    public static implicit operator OnnxAttribute((string Name, string Value) pair) => new(pair.Name, pair.Value);

    public static implicit operator OnnxAttribute((string Name, int[] Value) pair) => new(pair.Name, pair.Value);
}

/// <summary>ONNX's numbers of element types.</summary>
internal enum OnnxType
{
    Float = 1,
    UInt8 = 2,
    Int8 = 3,
    Int32 = 6,
    Int64 = 7,
}

/// <summary>Numbers that the graph holds, little-endian.</summary>
internal sealed record OnnxTensor(string Name, OnnxType Type, IReadOnlyList<int> Shape, byte[] Data);

/// <summary>An input or output: float, N free, the shape after N fixed.</summary>
internal sealed record OnnxValue(string Name, IReadOnlyList<int> Shape);

/// <summary>What is written: nodes in the order of computation, and the numbers they use.</summary>
internal sealed record OnnxRecording(
    string Name, IReadOnlyList<OnnxNode> Nodes, IReadOnlyList<OnnxTensor> Initializers, IReadOnlyList<OnnxValue> Inputs, IReadOnlyList<OnnxValue> Outputs)
{
    /// <summary>Whether heights and widths of inputs and outputs are left open.</summary>
    public bool AnySize { get; init; }
}

/// <summary>
/// A recording: nodes in the order of computation, and the weights and constants they use. Weights keep their
/// paths as names, with their transforms already applied; constants that are equal are held once.
/// </summary>
internal sealed class OnnxGraph(string name, IReadOnlyList<NamedWeight> weights, Func<NamedWeight, ReadOnlyMemory<float>> numbers)
{
    private readonly Dictionary<Weight, NamedWeight> named = weights.ToDictionary(n => n.Weight);
    private readonly HashSet<string> names = [.. weights.Select(n => n.Path)];
    private readonly List<OnnxValue> inputs = [];
    private readonly List<OnnxValue> outputs = [];
    private readonly List<OnnxNode> nodes = [];
    private readonly List<OnnxTensor> constants = [];
    private readonly Dictionary<string, IReadOnlyList<int>> shapes = [];
    private readonly OrderedDictionary<(Weight Weight, string Shape), OnnxTensor> used = [];

    public string Name { get; } = name;

    /// <summary>What was recorded so far; weights are in the order of first use, then come constants.</summary>
    public OnnxRecording Recording => new(Name, nodes, [.. used.Values, .. constants], inputs, outputs) { AnySize = AnySize };

    /// <summary>Whether heights and widths of its inputs and outputs are left open. No operator that needs one as a constant may be in it.</summary>
    public bool AnySize { get; init; }

    /// <summary>The shapes, without N, of the values that maps stand for, by name.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<int>> Shapes => shapes;

    public ShapeTally Tally { get; } = new(weights);

    public OnnxMap Input(string input, IReadOnlyList<int> shape)
    {
        Claim(input);
        inputs.Add(new OnnxValue(input, shape));
        shapes[input] = shape;
        return new OnnxMap(this, input, new ShapeMap(shape, Tally));
    }

    /// <summary>Names <paramref name="map"/> as an output of the whole.</summary>
    public void Output(string output, FeatureMap map)
    {
        Claim(output);
        var value = Own(map);
        // A value may be an output twice, or be an input, so it is not renamed.
        nodes.Add(new OnnxNode(output, "Identity", [value.Value], output, []));
        outputs.Add(new OnnxValue(output, value.Shape));
    }

    public OnnxMap Map(string value, ShapeMap shape)
    {
        shapes[value] = shape.Shape;
        return new OnnxMap(this, value, shape);
    }

    /// <summary>The recorded value behind <paramref name="map"/>.</summary>
    public OnnxMap Own(FeatureMap map) =>
        map is OnnxMap own && own.Graph == this
            ? own
            : throw new InvalidOperationException($"A {map.GetType().Name} that was not recorded for {Name} cannot take part in it.");

    /// <summary>Adds a node, named after the block that owns <paramref name="weight"/> or else its operator, and returns its value's name.</summary>
    public string Add(string op, Weight? weight, IReadOnlyList<string> values, params IReadOnlyList<OnnxAttribute> attributes)
    {
        var node = Unused((weight is null ? null : Tally.Owner(weight)) ?? op);
        nodes.Add(new OnnxNode(node, op, values, node, attributes));
        return node;
    }

    /// <summary>The name of a constant; without <paramref name="shape"/>, of a single number without axes.</summary>
    public string Floats(ReadOnlySpan<float> values, params IReadOnlyList<int> shape) =>
        Constant(OnnxType.Float, shape, MemoryMarshal.AsBytes(values).ToArray());

    /// <summary>The name of a constant row of 64-bit integers.</summary>
    public string Integers(params ReadOnlySpan<long> values) =>
        Constant(OnnxType.Int64, [values.Length], MemoryMarshal.AsBytes(values).ToArray());

    /// <summary>The name of a weight's numbers, in <paramref name="shape"/> where the operator wants another than the declared one.</summary>
    /// <exception cref="RevisageException">Its numbers are too few, too many, or not finite.</exception>
    public string Use(Weight weight, params IReadOnlyList<int> shape)
    {
        shape = shape.Count == 0 ? weight.Shape : shape;
        var extents = string.Join('x', shape);
        if (!used.TryGetValue((weight, extents), out var tensor))
        {
            var path = Find(weight).Path;
            var own = used.Keys.Any(key => key.Weight == weight) ? Unused($"{path}.{extents}") : path;
            tensor = new OnnxTensor(own, OnnxType.Float, shape, MemoryMarshal.AsBytes<float>(Baked(weight)).ToArray());
            used.Add((weight, extents), tensor);
        }

        return tensor.Name;
    }

    private string Constant(OnnxType type, IReadOnlyList<int> shape, byte[] data)
    {
        var constant = constants.Find(c => c.Type == type && c.Shape.SequenceEqual(shape) && c.Data.AsSpan().SequenceEqual(data));
        if (constant is null)
        {
            constant = new OnnxTensor(Unused("constant"), type, shape, data);
            constants.Add(constant);
        }

        return constant.Name;
    }

    private float[] Baked(Weight weight)
    {
        var values = Numbers(weight).ToArray();
        switch (weight.Transform)
        {
            case EqualizedRate(var gain):
                Scale(values, (float)gain);
                break;
            case SpectralNorm norm:
                Scale(values, (float)(1 / Sigma(values, Numbers(norm.U), Numbers(norm.V))));
                break;
        }

        return values;
    }

    /// <summary>u' W v, the singular value that the vectors of the power iteration stand for.</summary>
    private static double Sigma(float[] values, ReadOnlySpan<float> u, ReadOnlySpan<float> v)
    {
        var sum = 0.0;
        for (var i = 0; i < values.Length; i++)
        {
            sum += (double)u[i / v.Length] * values[i] * v[i % v.Length];
        }

        return sum;
    }

    private static void Scale(float[] values, float factor)
    {
        foreach (ref var value in values.AsSpan())
        {
            value *= factor;
        }
    }

    private ReadOnlySpan<float> Numbers(Weight weight)
    {
        var found = Find(weight);
        var values = numbers(found).Span;
        if (values.Length != weight.Count)
        {
            throw new RevisageException(
                $"'{found.Path}' of {Name} has {values.Length} numbers, but its shape {string.Join('x', weight.Shape)} holds {weight.Count}. "
                + "Export with the recipe that the checkpoint was trained with.");
        }

        foreach (var value in values)
        {
            if (!float.IsFinite(value))
            {
                throw new RevisageException($"'{found.Path}' of {Name} holds {value.ToString(CultureInfo.InvariantCulture)}: training diverged. Export an earlier checkpoint.");
            }
        }

        return values;
    }

    private NamedWeight Find(Weight weight) =>
        named.TryGetValue(weight, out var found)
            ? found
            : throw new InvalidOperationException(
                $"{Name} uses a weight of {string.Join('x', weight.Shape)} that is not among the {named.Count} it was recorded with.");

    private void Claim(string wanted)
    {
        if (!names.Add(wanted))
        {
            throw new InvalidOperationException($"{Name} has two values named '{wanted}'.");
        }
    }

    private string Unused(string wanted)
    {
        var candidate = wanted;
        for (var n = 2; !names.Add(candidate); n++)
        {
            candidate = $"{wanted}_{n.ToString(CultureInfo.InvariantCulture)}";
        }

        return candidate;
    }
}
