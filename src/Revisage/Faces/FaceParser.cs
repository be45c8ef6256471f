using Revisage.Imaging;
using Revisage.Restoration;

namespace Revisage.Faces;

/// <summary>Says of each pixel of an aligned face which of CelebAMask-HQ's 19 classes it is. May be used by many threads at once.</summary>
public sealed class FaceParser : IDisposable
{
    private const int Classes = 19;

    private readonly FaceNetwork network;

    private FaceParser(FaceNetwork network) => this.network = network;

    /// <exception cref="RevisageException">The model is damaged, or is no face parser.</exception>
    /// <exception cref="MissingComponentException">ONNX Runtime is not installed.</exception>
    public static FaceParser Open(StoredModel stored, OnnxOptions? options = null)
    {
        var network = FaceNetwork.Open(stored, ModelTask.Parsing, "face parser", options);
        if (network.Card.Output == network.Card.Input)
        {
            return new FaceParser(network);
        }

        network.Dispose();
        throw new RevisageException($"'{stored.Path}' gives parsing maps of {network.Card.Output} for faces of {network.Card.Input}, where one size is wanted. Export the model again.");
    }

    /// <param name="face">Of any size; it is looked at in the model's.</param>
    /// <returns>[face.Height, face.Width].</returns>
    public byte[] Parse(Image face, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(face);
        var (width, height) = (network.Card.Input.Width, network.Card.Input.Height);
        var scores = network.Look([face], cancel)[0];
        var labels = new byte[face.Width * face.Height];
        for (var y = 0; y < face.Height; y++)
        {
            var row = (2 * y + 1) * height / (2 * face.Height) * width;
            for (var x = 0; x < face.Width; x++)
            {
                labels[y * face.Width + x] = Best(scores, width * height, row + (2 * x + 1) * width / (2 * face.Width));
            }
        }

        return labels;
    }

    public void Dispose() => network.Dispose();

    private static byte Best(ReadOnlySpan<float> scores, int pixels, int at)
    {
        var best = 0;
        for (var label = 1; label < Classes; label++)
        {
            if (scores[label * pixels + at] > scores[best * pixels + at])
            {
                best = label;
            }
        }

        return (byte)best;
    }
}
