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
    private readonly IReadOnlyList<Image> enlarged;
    private readonly int rows;
    private readonly double bicubicPsnr;
    private readonly double bicubicSsim;

    public Validation(FaceSet set, Protocol protocol, ReportOptions report)
    {
        ArgumentNullException.ThrowIfNull(set);
        ArgumentNullException.ThrowIfNull(protocol);
        ArgumentNullException.ThrowIfNull(report);
        pairs = [.. set.Spread("val", report.ValidationImages).Select(protocol.MakePair)];
        if (pairs.Count == 0)
        {
            throw new RevisageException($"'{set.Folder}' has no faces in the split 'val'. Training is validated on faces it never sees.");
        }

        enlarged = [.. pairs.Select(pair => PillowResize.Resize(pair.Lr, pair.Hr.Width, pair.Hr.Height, ResampleFilter.Bicubic))];
        rows = Math.Min(report.PictureRows, pairs.Count);
        bicubicPsnr = Mean(enlarged, Psnr.Rgb);
        bicubicSsim = Mean(enlarged, Ssim.Rgb);
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

        return new ValidationResult(Mean(restored, Psnr.Rgb), Mean(restored, Ssim.Rgb), bicubicPsnr, bicubicSsim, Draw(restored));
    }

    private double Mean(IReadOnlyList<Image> images, Func<Image, Image, double> metric) =>
        images.Zip(pairs, (image, pair) => metric(image, pair.Hr)).Average();

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
