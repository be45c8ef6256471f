using Revisage.Imaging;
using Revisage.Restoration;

namespace Revisage.Faces;

/// <summary>Sets small faces upright, as MTUN's authors do for the methods that want them so (Yu 2018, section 4.2). May be used by many threads at once.</summary>
public sealed class FaceAligner : IDisposable
{
    private readonly FaceNetwork network;

    private FaceAligner(FaceNetwork network) => this.network = network;

    public string Name => network.Card.Name;

    /// <exception cref="RevisageException">The model is damaged, or aligns no faces.</exception>
    /// <exception cref="MissingComponentException">ONNX Runtime is not installed.</exception>
    public static FaceAligner Open(StoredModel stored, OnnxOptions? options = null) =>
        new(FaceNetwork.Open(stored, ModelTask.Alignment, "face aligner", options));

    /// <param name="faces">Of any size; they are looked at in the model's.</param>
    /// <returns>Of the model's output size.</returns>
    public IReadOnlyList<Image> Align(IReadOnlyList<Image> faces, CancellationToken cancel = default) => [.. network.Look(faces, cancel).Select(ToImage)];

    public void Dispose() => network.Dispose();

    private Image ToImage(float[] values)
    {
        var pixels = new float[values.Length];
        network.Card.Range.ToUnit(values, pixels);
        return new Image(network.Card.Output.Width, network.Card.Output.Height, pixels);
    }
}
