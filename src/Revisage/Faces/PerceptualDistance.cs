using Revisage.Imaging;
using Revisage.Restoration;

namespace Revisage.Faces;

/// <summary>How different two pictures look, by a network such as LPIPS's. May be used by many threads at once.</summary>
public sealed class PerceptualDistance : IDisposable
{
    /// <summary>The name of the second input, beside the card's.</summary>
    public const string OtherName = "other";

    private readonly FaceNetwork network;

    private PerceptualDistance(FaceNetwork network) => this.network = network;

    /// <summary>The pictures' size; distances of others are another metric.</summary>
    public PixelSize Size => network.Card.Input;

    /// <exception cref="RevisageException">The model is damaged, or measures no distances.</exception>
    /// <exception cref="MissingComponentException">ONNX Runtime is not installed.</exception>
    public static PerceptualDistance Open(StoredModel stored, OnnxOptions? options = null) =>
        new(FaceNetwork.Open(stored, ModelTask.Distance, "network of a perceptual distance", options));

    /// <param name="pictures">Of <see cref="Size"/>.</param>
    /// <param name="others">As many, each to be compared with the one in its place.</param>
    /// <returns>0 for equal pictures.</returns>
    /// <exception cref="ArgumentException">A picture has another size, or there are not as many of both.</exception>
    public IReadOnlyList<double> Between(IReadOnlyList<Image> pictures, IReadOnlyList<Image> others, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(pictures);
        ArgumentNullException.ThrowIfNull(others);
        if (pictures.Count != others.Count || pictures.Concat(others).Any(picture => picture.Width != Size.Width || picture.Height != Size.Height))
        {
            throw new ArgumentException($"As many pictures of {Size} on both sides are compared.", nameof(others));
        }

        return [.. network.Look(pictures, (OtherName, others), cancel).Select(distance => (double)distance[0])];
    }

    public void Dispose() => network.Dispose();
}
