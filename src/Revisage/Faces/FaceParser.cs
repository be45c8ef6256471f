using Revisage.Imaging;
using Revisage.Restoration;

namespace Revisage.Faces;

/// <summary>Says of each pixel of an aligned face which of CelebAMask-HQ's 19 classes it is. May be used by many threads at once.</summary>
public sealed class FaceParser : IDisposable
{
    private const int Classes = 19;

    private readonly OnnxModel model;
    private readonly ModelCard card;

    private FaceParser(OnnxModel model, ModelCard card) => (this.model, this.card) = (model, card);

    /// <exception cref="RevisageException">The model is damaged, or is no face parser.</exception>
    /// <exception cref="MissingComponentException">ONNX Runtime is not installed.</exception>
    public static FaceParser Open(StoredModel stored, OnnxOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(stored);
        var model = stored.Open(options);
        if (model.Card is { Task: ModelTask.Parsing } card && card.Output == card.Input)
        {
            return new FaceParser(model, card);
        }

        model.Dispose();
        throw new RevisageException($"'{stored.Path}' is no face parser. 'revisage models' lists those that give parsing maps.");
    }

    /// <param name="face">Of any size; it is looked at in the model's.</param>
    /// <returns>[face.Height, face.Width].</returns>
    public byte[] Parse(Image face, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(face);
        var (width, height) = (card.Input.Width, card.Input.Height);
        var input = new float[3 * width * height];
        card.Range.FromUnit(PillowResize.Resize(face, width, height, ResampleFilter.Bicubic).Pixels, input);
        var scores = model.Run(new Dictionary<string, OnnxTensor> { [card.InputName] = new(input, 1, 3, height, width) }, cancel)[card.OutputName].Values.Span;
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

    public void Dispose() => model.Dispose();

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
