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

    public void Dispose() => model.Dispose();

    private float[][] Look(IReadOnlyList<Image> faces, (string Input, IReadOnlyList<Image> Faces)[] others, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(faces);
        var looked = new float[faces.Count][];
        for (var start = 0; start < faces.Count; start += LargestBatch)
        {
            var count = Math.Min(LargestBatch, faces.Count - start);
            var inputs = new Dictionary<string, OnnxTensor> { [Card.InputName] = Fill(faces, start, count) };
            foreach (var (input, besides) in others)
            {
                inputs.Add(input, Fill(besides, start, count));
            }

            var values = model.Run(inputs, cancel)[Card.OutputName].Values.Span;
            var each = values.Length / count;
            for (var i = 0; i < count; i++)
            {
                looked[start + i] = values.Slice(i * each, each).ToArray();
            }
        }

        return looked;
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
