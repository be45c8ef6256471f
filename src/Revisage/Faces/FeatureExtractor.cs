using Revisage.Imaging;
using Revisage.Restoration;

namespace Revisage.Faces;

/// <summary>Describes pictures by a network's features, one number a channel. May be used by many threads at once.</summary>
public sealed class FeatureExtractor : IDisposable
{
    private readonly FaceNetwork network;

    private FeatureExtractor(FaceNetwork network) => this.network = network;

    /// <exception cref="RevisageException">The model is damaged, or gives maps and not one number a channel.</exception>
    /// <exception cref="MissingComponentException">ONNX Runtime is not installed.</exception>
    public static FeatureExtractor Open(StoredModel stored, OnnxOptions? options = null)
    {
        var network = FaceNetwork.Open(stored, ModelTask.Features, "feature extractor", options);
        if (network.Card.Output == new PixelSize(1, 1))
        {
            return new FeatureExtractor(network);
        }

        network.Dispose();
        throw new RevisageException($"'{stored.Path}' gives maps of {network.Card.Output}, where one number a channel is wanted.");
    }

    /// <param name="pictures">Of any size; they are looked at in the model's.</param>
    /// <returns>[D] for each picture.</returns>
    public IReadOnlyList<float[]> Describe(IReadOnlyList<Image> pictures, CancellationToken cancel = default) => network.Look(pictures, cancel);

    public void Dispose() => network.Dispose();
}
