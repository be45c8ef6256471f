using Revisage.Training.Layers;

namespace Revisage.Training.Onnx;

/// <summary>An input of an exported network: its name and its shape without N, such as [3, 16, 16].</summary>
public sealed record OnnxInput(string Name, params int[] Shape)
{
    /// <summary>Whether height and width stay free too, for a network whose operators need neither; <see cref="Shape"/> then has one size that fits.</summary>
    public bool AnySize { get; init; }
}

/// <summary>Records networks as ONNX files. No native library takes part.</summary>
public static class OnnxExport
{
    /// <summary>
    /// Runs <paramref name="forward"/> once on values that record what is done with them. N stays free (the axis is
    /// named "batch"); all other sizes are fixed by <paramref name="inputs"/>, unless these are of any size: then those of maps
    /// are left open.
    /// </summary>
    /// <param name="name">The network's name, for the graph and for messages.</param>
    /// <param name="forward">From one map for each input to the outputs with their names.</param>
    /// <param name="numbers">A weight's stored numbers, row-major; transforms are applied here.</param>
    /// <param name="weights">Every weight the network may use; those it does not use are left out.</param>
    /// <param name="metadata">Becomes the file's metadata, such as the model card.</param>
    /// <returns>The file's bytes, the same each time for the same arguments.</returns>
    /// <exception cref="RevisageException">Sizes do not fit, numbers are missing or not finite, or the network holds an operator for training only.</exception>
    public static byte[] Record(
        string name,
        IReadOnlyList<OnnxInput> inputs,
        Func<IReadOnlyList<FeatureMap>, IReadOnlyList<(string Name, FeatureMap Map)>> forward,
        Func<NamedWeight, ReadOnlyMemory<float>> numbers,
        IReadOnlyList<NamedWeight> weights,
        IReadOnlyDictionary<string, string> metadata)
    {
        ArgumentNullException.ThrowIfNull(metadata);
        return OnnxWriter.Write(Graph(name, inputs, forward, numbers, weights).Recording, metadata);
    }

    /// <inheritdoc cref="Record"/>
    internal static OnnxGraph Graph(
        string name,
        IReadOnlyList<OnnxInput> inputs,
        Func<IReadOnlyList<FeatureMap>, IReadOnlyList<(string Name, FeatureMap Map)>> forward,
        Func<NamedWeight, ReadOnlyMemory<float>> numbers,
        IReadOnlyList<NamedWeight> weights)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(forward);
        var graph = new OnnxGraph(name, weights, numbers) { AnySize = inputs.Any(input => input.AnySize) };
        var maps = inputs.Select(input => graph.Input(input.Name, input.Shape)).ToArray();
        foreach (var (output, map) in forward(maps))
        {
            graph.Output(output, map);
        }

        return graph;
    }
}
