using Revisage.Imaging;
using Revisage.Restoration;

namespace Revisage.Faces;

/// <summary>A network that looks at faces, fed as its card says. May be used by many threads at once.</summary>
internal sealed class FaceNetwork : IDisposable
{
    private const int LargestBatch = 4;

    private readonly OnnxModel model;

    private FaceNetwork(OnnxModel model, ModelCard card) => (this.model, Card) = (model, card);

    public ModelCard Card { get; }

    /// <summary>In the model's order.</summary>
    public IReadOnlyList<string> OutputNames => [.. model.Outputs.Select(output => output.Name)];

    /// <param name="what">What a model of the task is, for the message: "face parser".</param>
    /// <exception cref="RevisageException">The model is damaged, or has another task.</exception>
    /// <exception cref="MissingComponentException">ONNX Runtime is not installed.</exception>
    public static FaceNetwork Open(StoredModel stored, ModelTask task, string what, OnnxOptions? options)
    {
        ArgumentNullException.ThrowIfNull(stored);
        var model = stored.Open(options);
        if (model.Card is { } card && card.Task == task)
        {
            return new FaceNetwork(model, card);
        }

        model.Dispose();
        throw new RevisageException($"'{stored.Path}' is no {what}. 'revisage models' lists what each model does.");
    }

    /// <summary>Faces of any size are looked at in the model's.</summary>
    /// <returns>For each face the network's numbers.</returns>
    public float[][] Look(IReadOnlyList<Image> faces, CancellationToken cancel) => Look(faces, [], cancel);

    /// <summary>As <see cref="Look(IReadOnlyList{Image}, CancellationToken)"/>, by a network with a second input.</summary>
    /// <param name="others">As many, in the order of the faces.</param>
    public float[][] Look(IReadOnlyList<Image> faces, (string Input, IReadOnlyList<Image> Faces) others, CancellationToken cancel) =>
        Look(faces, new[] { others }, cancel);

    /// <summary>As <see cref="Look(IReadOnlyList{Image}, CancellationToken)"/>, every output by name, without the axis of the faces.</summary>
    public IReadOnlyDictionary<string, OnnxTensor>[] LookAtAll(IReadOnlyList<Image> faces, CancellationToken cancel) =>
    [
        .. Batches(faces, [], cancel).SelectMany(batch => Enumerable.Range(0, batch.Count).Select(i =>
            batch.Outputs.ToDictionary(output => output.Key, output => new OnnxTensor(Of(output.Value, i, batch.Count), [.. output.Value.Shape.Skip(1)])))),
    ];

    public void Dispose() => model.Dispose();

    private float[][] Look(IReadOnlyList<Image> faces, (string Input, IReadOnlyList<Image> Faces)[] others, CancellationToken cancel)
    {
        var looked = new float[faces.Count][];
        foreach (var (start, count, outputs) in Batches(faces, others, cancel))
        {
            for (var i = 0; i < count; i++)
            {
                looked[start + i] = Of(outputs[Card.OutputName], i, count).ToArray();
            }
        }

        return looked;
    }

    private IEnumerable<(int Start, int Count, IReadOnlyDictionary<string, OnnxTensor> Outputs)> Batches(
        IReadOnlyList<Image> faces, (string Input, IReadOnlyList<Image> Faces)[] others, CancellationToken cancel)
    {
        for (var start = 0; start < faces.Count; start += LargestBatch)
        {
            var count = Math.Min(LargestBatch, faces.Count - start);
            var inputs = new Dictionary<string, OnnxTensor> { [Card.InputName] = Fill(faces, start, count) };
            foreach (var (input, besides) in others)
            {
                inputs.Add(input, Fill(besides, start, count));
            }

            yield return (start, count, model.Run(inputs, cancel));
        }
    }

    /// <summary>One face's numbers of those of several.</summary>
    private static Memory<float> Of(OnnxTensor output, int face, int faces)
    {
        var each = output.Values.Length / faces;
        return output.Values.Slice(face * each, each);
    }

    private OnnxTensor Fill(IReadOnlyList<Image> faces, int start, int count)
    {
        var (width, height) = (Card.Input.Width, Card.Input.Height);
        var each = 3 * width * height;
        var values = new float[count * each];
        for (var i = 0; i < count; i++)
        {
            Card.Range.FromUnit(PillowResize.Resize(faces[start + i], width, height, ResampleFilter.Bicubic).Pixels, values.AsSpan(i * each, each));
        }

        return new OnnxTensor(values, count, 3, height, width);
    }
}
