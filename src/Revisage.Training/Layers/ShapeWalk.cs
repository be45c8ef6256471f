namespace Revisage.Training.Layers;

/// <summary>Walks a network for its shapes and its cost alone, without numbers or a native library.</summary>
public static class ShapeWalk
{
    /// <param name="inputShape">Without N, such as [3, 16, 16].</param>
    /// <exception cref="RevisageException">Two operands do not fit; the message names the operator, its block and the shapes.</exception>
    public static ShapeReport Of(Block network, params int[] inputShape)
    {
        ArgumentNullException.ThrowIfNull(network);
        return Of(network.NamedWeights(), [inputShape], inputs => [network.Forward(inputs[0])]);
    }

    /// <summary>For networks of several inputs or outputs: <paramref name="forward"/> gets one map for each shape.</summary>
    /// <inheritdoc cref="Of(Block, int[])"/>
    public static ShapeReport Of(
        IReadOnlyList<NamedWeight> weights,
        IReadOnlyList<int[]> inputShapes,
        Func<IReadOnlyList<FeatureMap>, IReadOnlyList<FeatureMap>> forward)
    {
        ArgumentNullException.ThrowIfNull(weights);
        ArgumentNullException.ThrowIfNull(forward);
        var tally = new ShapeTally(weights);
        var outputs = forward([.. inputShapes.Select(shape => new ShapeMap(shape, tally))]);
        return new ShapeReport(
            [.. outputs.Cast<ShapeMap>().Select(output => output.Shape)],
            weights.Where(named => named.Weight.Learned).Sum(named => named.Weight.Count),
            weights.Where(named => !named.Weight.Learned).Sum(named => named.Weight.Count),
            tally.MultiplyAdds);
    }
}

/// <summary>What a network makes and what it costs, for one image.</summary>
/// <param name="OutputShapes">Without N.</param>
/// <param name="Parameters">Learned numbers.</param>
/// <param name="Buffers">Numbers that are saved but not learned.</param>
/// <param name="MultiplyAddsByBlock">Of convolutions, linear layers and matrix products (the last under ""), by block path.</param>
public sealed record ShapeReport(
    IReadOnlyList<IReadOnlyList<int>> OutputShapes,
    long Parameters,
    long Buffers,
    IReadOnlyDictionary<string, long> MultiplyAddsByBlock)
{
    public long MultiplyAdds => MultiplyAddsByBlock.Values.Sum();
}
