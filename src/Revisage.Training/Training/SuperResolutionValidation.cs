using Revisage.Evaluation;
using Revisage.Imaging;
using Revisage.Metrics;
using Revisage.Restoration;
using Revisage.Torch;

namespace Revisage.Training.Training;

/// <summary>
/// A super-resolver on faces that it is not trained on, in the protocol of the tables: PSNR in dB on RGB, SSIM as the
/// mean over R, G and B, both beside bicubic enlargement's. The picture has rows of small face, bicubic, network, truth.
/// </summary>
public sealed class SuperResolutionValidation : IValidation
{
    private const int Batch = 8;

    private readonly ValueRange range;
    private readonly IReadOnlyList<(Image Lr, Image Hr)> pairs;
    private readonly IReadOnlyList<Planes> truths;
    private readonly IReadOnlyList<Image> enlarged;
    private readonly int rows;
    private readonly double bicubicPsnr;
    private readonly double bicubicSsim;

    public SuperResolutionValidation(ValidationFaces faces, Protocol protocol, Recipe recipe)
    {
        ArgumentNullException.ThrowIfNull(faces);
        ArgumentNullException.ThrowIfNull(protocol);
        ArgumentNullException.ThrowIfNull(recipe);
        range = recipe.Data.Range;
        pairs = [.. faces.Squares().Select(protocol.MakePair)];
        truths = [.. pairs.Select(pair => Planes.Of(pair.Hr))];
        enlarged = [.. pairs.Select(pair => PillowResize.Resize(pair.Lr, pair.Hr.Width, pair.Hr.Height, ResampleFilter.Bicubic))];
        rows = Math.Min(recipe.Report.PictureRows, pairs.Count);
        (bicubicPsnr, bicubicSsim) = Measure(enlarged);
    }

    public ValidationResult Run(ITrainingStage stage)
    {
        ArgumentNullException.ThrowIfNull(stage);
        var restored = new List<Image>();
        foreach (var chunk in pairs.Chunk(Batch))
        {
            using var scope = new TensorScope();
            using var mode = Autograd.WithoutGradients();
            restored.AddRange(Images(stage.Infer(Input(chunk))));
        }

        var (psnr, ssim) = Measure(restored);
        return new ValidationResult(
            pairs.Count, psnr, [new("psnr", psnr, "F2", bicubicPsnr), new("ssim", ssim, "F4", bicubicSsim)], Draw(restored));
    }

    private (double Psnr, double Ssim) Measure(IReadOnlyList<Image> images)
    {
        var planes = images.Select(Planes.Of).ToArray();
        return (planes.Zip(truths, Psnr.OfRgb).Average(), planes.Zip(truths, Ssim.OfRgb).Average());
    }

    private Tensor Input((Image Lr, Image Hr)[] chunk)
    {
        var (width, height) = (chunk[0].Lr.Width, chunk[0].Lr.Height);
        var values = new float[chunk.Length * 3 * width * height];
        for (var i = 0; i < chunk.Length; i++)
        {
            range.FromUnit(chunk[i].Lr.Pixels, values.AsSpan(i * 3 * width * height));
        }

        return Tensor.Of(values, chunk.Length, 3, height, width);
    }

    private IEnumerable<Image> Images(Tensor tensor)
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
