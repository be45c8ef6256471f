using Revisage.Imaging;
using Revisage.Restoration;

namespace Revisage.Faces;

/// <summary>Says who an aligned face is, in numbers that are the nearer the more alike two people are. May be used by many threads at once.</summary>
public sealed class IdentityEncoder : IDisposable
{
    private readonly FaceNetwork network;

    private IdentityEncoder(FaceNetwork network) => this.network = network;

    /// <exception cref="RevisageException">The model is damaged, or tells no identities.</exception>
    /// <exception cref="MissingComponentException">ONNX Runtime is not installed.</exception>
    public static IdentityEncoder Open(StoredModel stored, OnnxOptions? options = null) =>
        new(FaceNetwork.Open(stored, ModelTask.Identity, "identity encoder", options));

    /// <param name="faces">Of any size; they are looked at in the model's.</param>
    /// <returns>[D] for each face, of length 1.</returns>
    public IReadOnlyList<float[]> Embed(IReadOnlyList<Image> faces, CancellationToken cancel = default) => network.Look(faces, cancel);

    public void Dispose() => network.Dispose();
}
