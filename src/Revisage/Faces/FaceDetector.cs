using System.Globalization;
using System.Numerics;
using Revisage.Imaging;
using Revisage.Restoration;

namespace Revisage.Faces;

/// <summary>How faces are looked for.</summary>
public sealed record FaceDetectorOptions
{
    /// <summary>Faces of a lower score are left out, from above 0 to below 1.</summary>
    public double LeastScore { get; init; } = 0.3;

    /// <summary>Intersection over union from which two finds are one face.</summary>
    public double Overlap { get; init; } = 0.4;

    /// <summary>A larger photograph is shrunk until its longer side has so many pixels, which bounds time and memory.</summary>
    public int WorkingSide { get; init; } = 1280;

    /// <exception cref="RevisageException">A number is out of its range.</exception>
    internal FaceDetectorOptions Checked() =>
        !(LeastScore > 0 && LeastScore < 1) ? throw Wrong("least score", LeastScore, "more than 0 and less than 1")
        : !(Overlap > 0 && Overlap <= 1) ? throw Wrong("overlap", Overlap, "more than 0 and 1 at most")
        : WorkingSide < FaceDetector.Coarsest ? throw Wrong("working side", WorkingSide, $"{FaceDetector.Coarsest} or more")
        : this;

    private static RevisageException Wrong(string what, double value, string wanted) =>
        new(string.Create(CultureInfo.InvariantCulture, $"The {what} is {value}, but takes {wanted}."));
}

/// <summary>Finds the faces of whole photographs. May be used by many threads at once.</summary>
public sealed class FaceDetector : IDisposable
{
    /// <summary>The model that ships.</summary>
    public const string ModelName = "face-detector";

    /// <summary>The largest stride: sides of what the network is fed are multiples of it.</summary>
    public const int Coarsest = 32;

    // Larger faces than the training's are found as eyes and noses: those are looked for in the photograph at half and at a quarter of its size.
    private const int Halvings = 2;

    // From so many pixels on a face is taken from the photograph at half its size, twice as many at a quarter.
    private const int LargeFace = 100;

    private readonly OnnxModel model;
    private readonly FaceDetectorOptions options;

    private FaceDetector(OnnxModel model, ModelCard card, FaceDetectorOptions options) => (this.model, Card, this.options) = (model, card, options);

    public ModelCard Card { get; }

    /// <exception cref="RevisageException">The model is damaged, or finds no faces.</exception>
    /// <exception cref="MissingComponentException">ONNX Runtime is not installed.</exception>
    public static FaceDetector Open(StoredModel stored, FaceDetectorOptions? options = null, OnnxOptions? onnx = null)
    {
        ArgumentNullException.ThrowIfNull(stored);
        options = (options ?? new FaceDetectorOptions()).Checked();
        var model = stored.Open(onnx);
        if (model.Card is { Task: ModelTask.Detection } card)
        {
            return new FaceDetector(model, card, options);
        }

        model.Dispose();
        throw new RevisageException($"'{stored.Path}' is no face detector. 'revisage models' lists what each model does.");
    }

    /// <param name="photograph">Upright, of any size.</param>
    /// <returns>Its faces, best first.</returns>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public IReadOnlyList<DetectedFace> Detect(Image photograph, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(photograph);
        var (width, height) = WorkingSize(photograph.Width, photograph.Height, options.WorkingSide);
        var looked = width == photograph.Width && height == photograph.Height ? photograph : PillowResize.Resize(photograph, width, height, ResampleFilter.Bicubic);
        var found = new List<DetectedFace>();
        for (var level = 0; level <= Halvings; level++)
        {
            if (level > 0)
            {
                looked = PillowResize.Resize(looked, (looked.Width + 1) / 2, (looked.Height + 1) / 2, ResampleFilter.Bicubic);
            }

            // In pixels of the working size.
            var least = level == 0 ? 0 : LargeFace << (level - 1);
            if (least > Math.Max(width, height))
            {
                break;
            }

            var scale = new Vector2((float)photograph.Width / looked.Width, (float)photograph.Height / looked.Height);
            found.AddRange(DetectAt(looked, scale, cancel).Where(face => face.Box.Size * width / photograph.Width >= least));
        }

        // What lies wholly in the border that fills the last cells is of no picture.
        return FaceCandidates.Suppress(
            found.Where(face => face.Box.CentreX < photograph.Width && face.Box.CentreY < photograph.Height), options.Overlap);
    }

    public void Dispose() => model.Dispose();

    private List<DetectedFace> DetectAt(Image looked, Vector2 scale, CancellationToken cancel)
    {
        var input = Feed(looked, Card.Range);
        var outputs = model.Run(new Dictionary<string, OnnxTensor> { [Card.InputName] = input }, cancel);
        var found = new List<DetectedFace>();
        foreach (var port in model.Outputs)
        {
            var map = outputs[port.Name];
            var (rows, columns) = (map.Shape[^2], map.Shape[^1]);
            found.AddRange(FaceCandidates.Decode(map.Values.Span, columns, rows, input.Shape[^1] / columns, scale, options.LeastScore));
        }

        return found;
    }

    /// <summary>The size at which a photograph is looked at: its own, or the one whose longer side is the working side.</summary>
    internal static (int Width, int Height) WorkingSize(int width, int height, int workingSide)
    {
        var shrink = Math.Min(1, (double)workingSide / Math.Max(width, height));
        return (Math.Max(1, (int)Math.Round(shrink * width)), Math.Max(1, (int)Math.Round(shrink * height)));
    }

    /// <summary>[1, 3, H, W] in a network's range: the picture, and mid-grey right and below up to the next multiple of <see cref="Coarsest"/>.</summary>
    public static OnnxTensor Feed(Image picture, ValueRange range)
    {
        ArgumentNullException.ThrowIfNull(picture);
        var (width, height) = (Whole(picture.Width), Whole(picture.Height));
        var (low, extent) = range.Bounds();
        var values = new float[3 * width * height];
        Array.Fill(values, low + extent / 2);
        for (var row = 0; row < 3 * picture.Height; row++)
        {
            var (plane, y) = Math.DivRem(row, picture.Height);
            range.FromUnit(picture.Pixels.AsSpan(row * picture.Width, picture.Width), values.AsSpan((plane * height + y) * width, picture.Width));
        }

        return new OnnxTensor(values, 1, 3, height, width);

        static int Whole(int extent) => (extent + Coarsest - 1) / Coarsest * Coarsest;
    }
}
