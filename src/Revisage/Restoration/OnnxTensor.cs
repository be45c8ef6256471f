using System.Globalization;

namespace Revisage.Restoration;

/// <summary>Numbers and their shape, row-major.</summary>
public sealed class OnnxTensor
{
    /// <exception cref="ArgumentException">The shape has another count of values.</exception>
    public OnnxTensor(Memory<float> values, params IReadOnlyList<int> shape)
    {
        ArgumentNullException.ThrowIfNull(shape);
        if (CountOf(shape) != values.Length || shape.Any(extent => extent < 1))
        {
            throw new ArgumentException(
                $"A tensor of {string.Join('x', shape)} cannot hold {values.Length} values.", nameof(values));
        }

        Values = values;
        Shape = shape;
    }

    public Memory<float> Values { get; }

    public IReadOnlyList<int> Shape { get; }

    internal static long CountOf(IEnumerable<int> shape) => shape.Aggregate(1L, (count, extent) => checked(count * extent));
}

/// <summary>One axis of a model's input or output.</summary>
/// <param name="Fixed">Its extent; null where each run chooses.</param>
/// <param name="Symbol">The free extent's name, such as "N"; equal names are equal extents. Empty for a nameless one.</param>
public readonly record struct OnnxExtent(int? Fixed, string Symbol)
{
    public override string ToString() =>
        Fixed?.ToString(CultureInfo.InvariantCulture) ?? (Symbol.Length > 0 ? Symbol : "?");
}

/// <summary>An input or output of a model: a tensor of 32-bit floats.</summary>
public sealed record OnnxPort(string Name, IReadOnlyList<OnnxExtent> Shape)
{
    /// <summary>Such as "Nx3x16x16".</summary>
    public string ShapeText => string.Join('x', Shape);

    /// <summary>Whether a tensor of this shape fits, each free extent taken as <paramref name="bound"/> has it, or bound by it.</summary>
    internal bool Accepts(IReadOnlyList<int> shape, Dictionary<string, int> bound)
    {
        if (shape.Count != Shape.Count)
        {
            return false;
        }

        foreach (var (wanted, given) in Shape.Zip(shape))
        {
            if (wanted.Fixed is { } extent)
            {
                if (extent != given)
                {
                    return false;
                }
            }
            else if (wanted.Symbol.Length > 0)
            {
                if (bound.TryGetValue(wanted.Symbol, out var earlier) && earlier != given)
                {
                    return false;
                }

                bound[wanted.Symbol] = given;
            }
        }

        return true;
    }

    /// <summary>The shape that the bound extents give; null where one is still free.</summary>
    internal int[]? Resolve(Dictionary<string, int> bound)
    {
        var shape = new int[Shape.Count];
        for (var i = 0; i < shape.Length; i++)
        {
            if (Shape[i].Fixed is { } extent || bound.TryGetValue(Shape[i].Symbol, out extent))
            {
                shape[i] = extent;
            }
            else
            {
                return null;
            }
        }

        return shape;
    }
}
