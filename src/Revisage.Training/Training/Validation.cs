using Revisage.Evaluation;
using Revisage.Imaging;
using Revisage.Metrics;
using Revisage.Restoration;
using Revisage.Torch;

namespace Revisage.Training.Training;

/// <summary>
/// What a stage's network reaches on a fixed set of faces that it is not trained on, in the protocol of the tables:
/// PSNR in dB on RGB, SSIM as the mean over R, G and B, both beside bicubic enlargement's.
/// </summary>
public sealed record ValidationResult(double Psnr, double Ssim, double BicubicPsnr, double BicubicSsim, ValidationPicture Picture);

/// <summary>Rows of faces: small, bicubic, network, ground truth.</summary>
public sealed record ValidationPicture(byte[] Png, int Width, int Height);

/// <summary>Measures a network between iterations.</summary>
public sealed class Validation
{
    private const int Batch = 8;

    private readonly IReadOnlyList<(Image Lr, Image Hr)> pairs;
    private readonly IReadOnlyList<Planes> truths;
    private readonly IReadOnlyList<Image> enlarged;
    private readonly int rows;
    private readonly double bicubicPsnr;
    private readonly double bicubicSsim;

    public Validation(FaceSet set, Protocol protocol, ReportOptions report)
    {
        ArgumentNullException.ThrowIfNull(set);
        ArgumentNullException.ThrowIfNull(protocol);
        ArgumentNullException.ThrowIfNull(report);
        var faces = set.OfSplit("val").Faces;
        var count = Math.Min(report.ValidationImages, faces.Count);
        // Spread evenly, so that every source within the split has its share.
        pairs = [.. Enumerable.Range(0, count).Select(i => protocol.MakePair(faces[(int)((long)i * faces.Count / count)]))];
        truths = [.. pairs.Select(pair => Planes.Of(pair.Hr))];
        enlarged = [.. pairs.Select(pair => PillowResize.Resize(pair.Lr, pair.Hr.Width, pair.Hr.Height, ResampleFilter.Bicubic))];
        rows = Math.Min(report.PictureRows, pairs.Count);
        (bicubicPsnr, bicubicSsim) = Measure(enlarged);
    }

    public ValidationResult Run(ITrainingStage stage, ValueRange range)
    {
        ArgumentNullException.ThrowIfNull(stage);
        var restored = new List<Image>();
        foreach (var chunk in pairs.Chunk(Batch))
        {
            using var scope = new TensorScope();
            using var mode = Autograd.WithoutGradients();
            restored.AddRange(Images(stage.SuperResolve(Input(chunk, range)), range));
        }

        var (psnr, ssim) = Measure(restored);
        return new ValidationResult(psnr, ssim, bicubicPsnr, bicubicSsim, Draw(restored));
    }

    private (double Psnr, double Ssim) Measure(IReadOnlyList<Image> images)
    {
        var planes = images.Select(Planes.Of).ToArray();
        return (planes.Zip(truths, Psnr.OfRgb).Average(), planes.Zip(truths, Ssim.OfRgb).Average());
    }

    private static Tensor Input((Image Lr, Image Hr)[] chunk, ValueRange range)
    {
        var (width, height) = (chunk[0].Lr.Width, chunk[0].Lr.Height);
        var values = new float[chunk.Length * 3 * width * height];
        for (var i = 0; i < chunk.Length; i++)
        {
            range.FromUnit(chunk[i].Lr.Pixels, values.AsSpan(i * 3 * width * height));
        }

        return Tensor.Of(values, chunk.Length, 3, height, width);
    }

    private static IEnumerable<Image> Images(Tensor tensor, ValueRange range)
    {
        var shape = tensor.Shape;
        var (height, width) = ((int)shape[2], (int)shape[3]);
        foreach (var values in tensor.ToArray().Chunk(3 * height * width))
        {
            range.ToUnit(values, values);
            yield return new Image(width, height, values);
        }
    }

    private ValidationPicture Draw(IReadOnlyList<Image> restored)
    {
        var (width, height) = (restored[0].Width, restored[0].Height);
        var step = Math.Max(1, pairs.Count / rows);
        var canvas = new float[3 * rows * height * 4 * width];
        for (var row = 0; row < rows; row++)
        {
            var i = row * step;
            Image[] faces = [PillowResize.Resize(pairs[i].Lr, width, height, ResampleFilter.Nearest), enlarged[i], restored[i], pairs[i].Hr];
            for (var column = 0; column < faces.Length; column++)
            {
                for (var line = 0; line < 3 * height; line++)
                {
                    var (channel, y) = Math.DivRem(line, height);
                    var at = (((channel * rows) + row) * height + y) * 4 * width + column * width;
                    Array.Copy(faces[column].Pixels, line * width, canvas, at, width);
                }
            }
        }

        var picture = new Image(4 * width, rows * height, canvas);
        return new ValidationPicture(ImageFile.EncodePng(picture), picture.Width, picture.Height);
    }
}
