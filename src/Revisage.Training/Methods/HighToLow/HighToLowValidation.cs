using Revisage.Data;
using Revisage.Imaging;
using Revisage.Metrics;
using Revisage.Restoration;
using Revisage.Torch;
using Revisage.Training.Runs;
using Revisage.Training.Torch;

namespace Revisage.Training.Methods.HighToLow;

/// <summary>
/// How real a degradation is, without a truth: <c>spectrum</c>, the distance in dB between the spectra of made and of real
/// poor faces, beside that of faces shrunk bilinearly; <c>high</c>, the share of energy above half of Nyquist's frequency, beside
/// <c>high_poor</c> and <c>high_shrunk</c>; <c>varies</c>, how far a face's small ones differ by the noise alone, in grey
/// levels of 255; <c>psnr</c>, in dB, to the large face averaged. The picture has rows of large face, the same shrunk
/// bilinearly, four draws, and a real poor face of somebody else.
/// </summary>
public sealed class HighToLowValidation : IValidation
{
    private const int Batch = 16;
    private const int Draws = 4;

    private readonly HighToLowRecipe recipe;
    private readonly FaceBatch[] batches;
    private readonly Image[] large;
    private readonly Image[] shrunk;
    private readonly Planes[] averages;
    private readonly Image[] poor;
    private readonly double[][] poorSpectra;
    private readonly double[][] shrunkSpectra;

    /// <param name="faces">Real poor ones with them, or the first four metrics are not to be had.</param>
    public HighToLowValidation(ValidationFaces faces, HighToLowRecipe recipe)
    {
        ArgumentNullException.ThrowIfNull(faces);
        ArgumentNullException.ThrowIfNull(recipe);
        this.recipe = recipe;
        var (range, side) = (recipe.Data.Range, recipe.Data.LowRes);
        batches = [.. faces.Batches(Batch)];
        large = [.. batches.SelectMany(batch => FaceImages.Of(batch.HighRes, batch.HighResSide, range))];
        shrunk = [.. large.Select(face => PillowResize.Resize(face, side, side, ResampleFilter.Bilinear))];
        averages = [.. large.Select(face => Planes.Of(Averaged(face)))];
        poor = faces.Poor() is { } others ? [.. FaceImages.Of(others.HighRes, side, range)] : [];
        poorSpectra = [.. poor.Select(Spectrum.Of)];
        shrunkSpectra = [.. shrunk.Select(Spectrum.Of)];
    }

    public ValidationResult Run(ITrainingStage stage)
    {
        ArgumentNullException.ThrowIfNull(stage);
        var made = new List<Image>[Draws];
        var variance = 0.0;
        for (var draw = 0; draw < Draws; draw++)
        {
            made[draw] = [];
        }

        foreach (var batch in batches)
        {
            using var scope = new TensorScope();
            using var mode = Autograd.WithoutGradients();
            Tensor[] draws = [.. Enumerable.Range(0, Draws).Select(draw => stage.Infer([batch.HighResTensor(stage.Device), FaceImages.Noise((long)draw << 32 | (uint)batch.First, batch.Size, recipe.Network.Noise)])[0])];
            variance += Tensor.Stack(draws, 0).Variance([0], correction: 1).Mean().Item() * batch.Size / large.Length;
            for (var draw = 0; draw < Draws; draw++)
            {
                made[draw].AddRange(FaceImages.Of(draws[draw], recipe.Data.Range));
            }
        }

        var psnr = made[0].Select(Planes.Of).Zip(averages, Psnr.OfRgb).Average();
        var varies = new ValidationMetric("varies", 255 / recipe.Data.Range.Bounds().Width * Math.Sqrt(variance), "F2");
        if (poor.Length == 0)
        {
            return new ValidationResult(large.Length, psnr, [new("psnr", psnr, "F2"), varies], Draw(made));
        }

        double[][] spectra = [.. made[0].Select(Spectrum.Of)];
        var distance = Spectrum.Distance(spectra, poorSpectra);
        return new ValidationResult(
            large.Length,
            -distance,
            [
                new("spectrum", distance, "F2", Spectrum.Distance(shrunkSpectra, poorSpectra)),
                new("high", Spectrum.High(spectra), "F4"),
                new("high_poor", Spectrum.High(poorSpectra), "F4"),
                new("high_shrunk", Spectrum.High(shrunkSpectra), "F4"),
                varies,
                new("psnr", psnr, "F2"),
            ],
            Draw(made));
    }

    private Image Averaged(Image face)
    {
        var factor = recipe.Network.Factor;
        var (width, height) = (face.Width / factor, face.Height / factor);
        var pixels = new float[3 * width * height];
        for (var i = 0; i < face.Pixels.Length; i++)
        {
            var (line, x) = Math.DivRem(i, face.Width);
            var (channel, y) = Math.DivRem(line, face.Height);
            pixels[(channel * height + y / factor) * width + x / factor] += face.Pixels[i] / (factor * factor);
        }

        return new Image(width, height, pixels);
    }

    private ValidationPicture Draw(List<Image>[] made)
    {
        var rows = Math.Min(recipe.Report.PictureRows, large.Length);
        return PictureGrid.Of([.. Enumerable.Range(0, rows).Select(row => Row(row * large.Length / rows, row))], recipe.Data.HighRes);

        IReadOnlyList<Image> Row(int i, int row) =>
            [large[i], shrunk[i], .. made.Select(draw => draw[i]), .. poor.Length == 0 ? Array.Empty<Image>() : [poor[row * poor.Length / rows]]];
    }
}
