using Revisage.Imaging;
using Revisage.Metrics;
using Revisage.Restoration;

namespace Revisage.Faces;

/// <summary>What a network sees of a picture.</summary>
/// <param name="Pooled">The last map's means, [D].</param>
/// <param name="Maps">The map after each of its stages.</param>
public sealed record SeenFeatures(float[] Pooled, IReadOnlyList<MapOfFeatures> Maps);

/// <summary>Describes pictures by a network's maps after each of its stages and by the means of its last. May be used by many threads at once.</summary>
public sealed class StagedFeatures : IDisposable
{
    private readonly FaceNetwork network;

    private StagedFeatures(FaceNetwork network) => this.network = network;

    /// <summary>The pictures' size; maps of others are of another size.</summary>
    public PixelSize Size => network.Card.Input;

    /// <exception cref="RevisageException">The model is damaged, or gives no maps besides their means.</exception>
    /// <exception cref="MissingComponentException">ONNX Runtime is not installed.</exception>
    public static StagedFeatures Open(StoredModel stored, OnnxOptions? options = null)
    {
        var network = FaceNetwork.Open(stored, ModelTask.Features, "feature extractor", options);
        if (network.Card.Output == new PixelSize(1, 1) && network.OutputNames.Count > 1)
        {
            return new StagedFeatures(network);
        }

        network.Dispose();
        throw new RevisageException($"'{stored.Path}' does not give both its stages' maps and the last one's means. Import it again.");
    }

    /// <param name="pictures">Of any size; they are looked at in the model's.</param>
    public IReadOnlyList<SeenFeatures> Describe(IReadOnlyList<Image> pictures, CancellationToken cancel = default) =>
    [
        .. network.LookAtAll(pictures, cancel).Select(outputs => new SeenFeatures(
            outputs[network.Card.OutputName].Values.ToArray(),
            [.. network.OutputNames.Where(name => name != network.Card.OutputName).Select(name => new MapOfFeatures(outputs[name].Shape[0], outputs[name].Values))])),
    ];

    public void Dispose() => network.Dispose();
}
