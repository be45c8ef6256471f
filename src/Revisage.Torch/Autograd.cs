namespace Revisage.Torch;

/// <summary>Gradients by LibTorch's autograd.</summary>
public static unsafe class Autograd
{
    /// <summary>d(<paramref name="output"/>)/d(inputs), each of its input's shape. <paramref name="output"/> holds one value.</summary>
    /// <param name="createGraph">Record the gradient's own computation, so that it can be differentiated again (gradient penalty).</param>
    /// <param name="retainGraph">Keep the graph for another pass; implied by <paramref name="createGraph"/>.</param>
    /// <exception cref="TorchException">An input was not used in computing the output.</exception>
    public static Tensor[] Gradients(Tensor output, IReadOnlyList<Tensor> inputs, bool createGraph = false, bool retainGraph = false) =>
        Gradients([output], null, inputs, createGraph, retainGraph);

    /// <summary>The sum over outputs of (d(output)/d(inputs))ᵀ seed, with ones as seeds where none are given.</summary>
    /// <inheritdoc cref="Gradients(Tensor, IReadOnlyList{Tensor}, bool, bool)"/>
    public static Tensor[] Gradients(
        IReadOnlyList<Tensor> outputs, IReadOnlyList<Tensor>? seeds, IReadOnlyList<Tensor> inputs, bool createGraph = false, bool retainGraph = false)
    {
        ArgumentNullException.ThrowIfNull(outputs);
        ArgumentNullException.ThrowIfNull(inputs);
        var profile = OperatorProfile.Current;
        var start = System.Diagnostics.Stopwatch.GetTimestamp();
        var results = new nint[inputs.Count];
        fixed (nint* output = Handles(outputs))
        fixed (nint* seed = seeds is null ? null : Handles(seeds))
        fixed (nint* input = Handles(inputs))
        fixed (nint* result = results)
        {
            Native.Check(Native.Gradients(
                output, seed, outputs.Count, input, inputs.Count, retainGraph || createGraph ? 1 : 0, createGraph ? 1 : 0, 0, result));
        }

        profile?.Add("gradients", System.Diagnostics.Stopwatch.GetElapsedTime(start));
        return Array.ConvertAll(results, handle => new Tensor(handle));
    }

    /// <summary>Nothing is recorded for gradients on this thread until the returned value is disposed.</summary>
    public static GradMode WithoutGradients() => new(Native.SetGradMode(0) != 0);

    private static nint[] Handles(IReadOnlyList<Tensor> tensors) => [.. tensors.Select(tensor => tensor.Handle)];
}

/// <summary>Restores the mode that was before.</summary>
public readonly ref struct GradMode(bool before)
{
    public void Dispose() => _ = Native.SetGradMode(before ? 1 : 0);
}
