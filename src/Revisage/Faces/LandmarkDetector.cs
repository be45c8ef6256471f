using System.Numerics;
using Revisage.Imaging;
using Revisage.Restoration;

namespace Revisage.Faces;

/// <summary>Finds the 68 points of aligned faces. May be used by many threads at once.</summary>
public sealed class LandmarkDetector : IDisposable
{
    private readonly FaceNetwork network;

    private LandmarkDetector(FaceNetwork network) => this.network = network;

    /// <exception cref="RevisageException">The model is damaged, or finds no landmarks.</exception>
    /// <exception cref="MissingComponentException">ONNX Runtime is not installed.</exception>
    public static LandmarkDetector Open(StoredModel stored, OnnxOptions? options = null) =>
        new(FaceNetwork.Open(stored, ModelTask.Landmarks, "landmark detector", options));

    /// <param name="faces">Of any size; they are looked at in the model's.</param>
    /// <returns>In pixels of each face, all points known.</returns>
    public IReadOnlyList<Landmarks> Detect(IReadOnlyList<Image> faces, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(faces);
        return [.. network.Look(faces, cancel).Zip(faces, Decode)];
    }

    public void Dispose() => network.Dispose();

    // All x, then all y, as shares of the side from the edge of the first pixel, whose centre is at 0.
    private static Landmarks Decode(float[] shares, Image face) => new([.. Enumerable.Range(0, Landmarks.Count)
        .Select(i => new Vector2(shares[i] * face.Width - 0.5f, shares[Landmarks.Count + i] * face.Height - 0.5f))]);
}
