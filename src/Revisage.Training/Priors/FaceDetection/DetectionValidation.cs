using System.Numerics;
using Revisage.Faces;
using Revisage.Imaging;
using Revisage.Restoration;
using Revisage.Torch;
using Revisage.Training.Runs;

namespace Revisage.Training.Priors.FaceDetection;

/// <summary>A detector's recall and precision on whole photographs that it does not learn from. The picture shows truth in green and finds in red.</summary>
public sealed class DetectionValidation(IReadOnlyList<BoxedPhotograph> photographs, ValueRange range, int pictureRows) : IValidation
{
    // Low: the curve of precision over recall wants the poor finds too.
    private const double LeastScore = 0.02;

    private const double Overlap = 0.4;

    public ValidationResult Run(ITrainingStage stage)
    {
        ArgumentNullException.ThrowIfNull(stage);
        var found = new List<(BoxedPhotograph, IReadOnlyList<DetectedFace>)>();
        foreach (var photograph in photographs)
        {
            found.Add((photograph, Find(stage, ImageFile.Load(photograph.Path))));
        }

        var scores = DetectionScores.Of(found);
        var metrics = new List<ValidationMetric> { new("average_precision", scores.AveragePrecision, "F3"), new("recall", scores.Recall, "F3"), new("threshold", scores.Threshold, "F2") };
        foreach (var band in scores.Bands)
        {
            var name = double.IsFinite(band.To) ? $"{band.From}_to_{band.To}" : $"from_{band.From}";
            metrics.Add(new($"recall_{name}", OrZero(band.Recall), "F3"));
            metrics.Add(new($"precision_{name}", OrZero(band.Precision), "F3"));
        }

        return new ValidationResult(photographs.Count, scores.AveragePrecision, metrics, Draw(found, scores.Threshold));

        static double OrZero(double share) => double.IsNaN(share) ? 0 : share;
    }

    private IReadOnlyList<DetectedFace> Find(ITrainingStage stage, Image picture)
    {
        using var scope = new TensorScope();
        using var mode = Autograd.WithoutGradients();
        var input = FaceDetector.Feed(picture, range);
        var maps = stage.Infer([Tensor.Of(input.Values.Span, [.. input.Shape.Select(extent => (long)extent)])]);
        return FaceCandidates.Suppress(
            maps.Zip(DetectionLevel.All).SelectMany(level => FaceCandidates.Decode(
                level.First.ToArray(), (int)level.First.Shape[3], (int)level.First.Shape[2], level.Second.Stride, Vector2.One, LeastScore)), Overlap);
    }

    private ValidationPicture? Draw(List<(BoxedPhotograph Truth, IReadOnlyList<DetectedFace> Found)> results, double threshold)
    {
        const int side = 576;
        var rows = Math.Min(pictureRows, results.Count);
        if (rows == 0)
        {
            return null;
        }

        var rgb = new byte[3 * rows * side * side];
        for (var row = 0; row < rows; row++)
        {
            var (truth, found) = results[(int)((long)row * results.Count / rows)];
            var picture = RgbPicture.Of(ImageFile.Load(truth.Path));
            for (var y = 0; y < Math.Min(side, picture.Height); y++)
            {
                picture.Rgb.AsSpan(3 * y * picture.Width, 3 * Math.Min(side, picture.Width)).CopyTo(rgb.AsSpan(3 * (row * side + y) * side));
            }

            foreach (var box in truth.Faces)
            {
                Frame(box, row, 1);
            }

            foreach (var face in found.Where(face => face.Score >= threshold))
            {
                Frame(face.Box, row, 0);
                foreach (var point in face.Landmarks)
                {
                    Put((int)Math.Round(point.X), (int)Math.Round(point.Y), row, 0);
                }
            }
        }

        return new ValidationPicture(ImageFile.EncodePng(Image.FromRgb24(side, rows * side, rgb)), side, rows * side);

        void Frame(FaceBox box, int row, int channel)
        {
            for (var x = (int)box.Left; x <= box.Right; x++)
            {
                Put(x, (int)box.Top, row, channel);
                Put(x, (int)box.Bottom, row, channel);
            }

            for (var y = (int)box.Top; y <= box.Bottom; y++)
            {
                Put((int)box.Left, y, row, channel);
                Put((int)box.Right, y, row, channel);
            }
        }

        void Put(int x, int y, int row, int channel)
        {
            for (var i = 0; i < 3 && x >= 0 && y >= 0 && x < side && y < side; i++)
            {
                rgb[3 * ((row * side + y) * side + x) + i] = (byte)(i == channel ? 255 : 0);
            }
        }
    }
}
