using Revisage.Data;
using Revisage.Degradations;
using Revisage.Evaluation;
using Revisage.Imaging;
using Revisage.Metrics;
using Revisage.Restoration;
using Revisage.Torch;

namespace Revisage.Training.Runs;

/// <summary>
/// A super-resolver on faces that it is not trained on: PSNR in dB on RGB, SSIM as the mean over R, G and B, both beside
/// bicubic enlargement's. Small faces are made as the recipe's are; where those are this project's protocol's, so are
/// the figures. The picture has rows of small face, guide if there is one, bicubic, network, its second output if that is drawn, truth.
/// </summary>
public sealed class SuperResolutionValidation : IValidation
{
    private const int Batch = 8;

    private readonly ValueRange range;
    private readonly IReadOnlyList<Sample> samples;
    private readonly IReadOnlyList<Planes> truths;
    private readonly IReadOnlyList<Image> enlarged;
    private readonly int rows;
    private readonly double bicubicPsnr;
    private readonly double bicubicSsim;

    public SuperResolutionValidation(ValidationFaces faces, Recipe recipe)
    {
        ArgumentNullException.ThrowIfNull(faces);
        ArgumentNullException.ThrowIfNull(recipe);
        range = recipe.Data.Range;
        samples = [.. IsProtocol(faces.Options, Protocol.Revisage8x) ? OfProtocol(faces, Protocol.Revisage8x) : AsTrained(faces)];
        truths = [.. samples.Select(sample => Planes.Of(sample.Hr))];
        enlarged = [.. samples.Select(sample => PillowResize.Resize(sample.Lr, sample.Hr.Width, sample.Hr.Height, ResampleFilter.Bicubic))];
        rows = Math.Min(recipe.Report.PictureRows, samples.Count);
        (bicubicPsnr, bicubicSsim) = Measure(enlarged);
    }

    /// <summary>From the network's second output for N faces to N pictures of it, which are drawn before the truth; null to draw none.</summary>
    internal Func<Tensor, IEnumerable<Image>>? Beside { get; init; }

    public ValidationResult Run(ITrainingStage stage)
    {
        ArgumentNullException.ThrowIfNull(stage);
        var (restored, beside) = (new List<Image>(), new List<Image>());
        foreach (var chunk in samples.Chunk(Batch))
        {
            using var scope = new TensorScope();
            using var mode = Autograd.WithoutGradients();
            var inputs = new List<Tensor> { Input([.. chunk.Select(sample => sample.Lr)]) };
            if (chunk[0].Guide is not null)
            {
                inputs.Add(Input([.. chunk.Select(sample => sample.Guide!)]));
            }

            var outputs = stage.Infer(inputs);
            restored.AddRange(Images(outputs[0]));
            if (Beside is not null && outputs.Count > 1)
            {
                beside.AddRange(Beside(outputs[1]));
            }
        }

        var (psnr, ssim) = Measure(restored);
        return new ValidationResult(
            samples.Count, psnr, [new("psnr", psnr, "F2", bicubicPsnr), new("ssim", ssim, "F4", bicubicSsim)], Draw(restored, beside));
    }

    private static bool IsProtocol(DataOptions data, Protocol protocol) =>
        data.HighRes == protocol.Hr && data.LowRes == protocol.Lr && data.CutSide == protocol.Hr
        && data.Degradation == new DegradationOptions() && data.Unaligned is null && data.Guides == GuideChoice.None;

    private static IEnumerable<Sample> OfProtocol(ValidationFaces faces, Protocol protocol) =>
        faces.Squares().Select(protocol.MakePair).Select(pair => new Sample(pair.Lr, pair.Hr, null));

    private IEnumerable<Sample> AsTrained(ValidationFaces faces)
    {
        foreach (var batch in faces.Batches(Batch))
        {
            Image[] small = [.. Images(batch.LowRes, batch.LowResSide)];
            Image[] large = [.. Images(batch.HighRes, batch.HighResSide)];
            Image[] guides = [.. Images(batch.Guides, batch.HighResSide)];
            for (var i = 0; i < batch.Size; i++)
            {
                yield return new Sample(small[i], large[i], guides.Length > 0 ? guides[i] : null);
            }
        }
    }

    private (double Psnr, double Ssim) Measure(IReadOnlyList<Image> images)
    {
        var planes = images.Select(Planes.Of).ToArray();
        return (planes.Zip(truths, Psnr.OfRgb).Average(), planes.Zip(truths, Ssim.OfRgb).Average());
    }

    private Tensor Input(Image[] faces)
    {
        var (width, height) = (faces[0].Width, faces[0].Height);
        var values = new float[faces.Length * 3 * width * height];
        for (var i = 0; i < faces.Length; i++)
        {
            range.FromUnit(faces[i].Pixels, values.AsSpan(i * 3 * width * height));
        }

        return Tensor.Of(values, faces.Length, 3, height, width);
    }

    private IEnumerable<Image> Images(Tensor tensor) => Images(tensor.ToArray(), (int)tensor.Shape[2]);

    private IEnumerable<Image> Images(float[] faces, int side)
    {
        foreach (var values in faces.Chunk(3 * side * side))
        {
            range.ToUnit(values, values);
            yield return new Image(side, side, values);
        }
    }

    private ValidationPicture Draw(IReadOnlyList<Image> restored, IReadOnlyList<Image> beside)
    {
        var step = Math.Max(1, samples.Count / rows);
        return PictureGrid.Of([.. Enumerable.Range(0, rows).Select(row => Row(row * step))], restored[0].Width);

        IReadOnlyList<Image> Row(int i) =>
            [samples[i].Lr, .. samples[i].Guide is { } guide ? [guide] : Array.Empty<Image>(), enlarged[i], restored[i], .. beside.Count > 0 ? [beside[i]] : Array.Empty<Image>(), samples[i].Hr];
    }

    /// <param name="Guide">Null where the method wants none.</param>
    private sealed record Sample(Image Lr, Image Hr, Image? Guide);
}
