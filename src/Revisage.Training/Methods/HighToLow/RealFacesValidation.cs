using Revisage.Data;
using Revisage.Imaging;
using Revisage.Metrics;
using Revisage.Torch;
using Revisage.Training.Runs;
using Revisage.Training.Torch;

namespace Revisage.Training.Methods.HighToLow;

/// <summary>
/// A super-resolver that is meant for real poor faces. <c>psnr</c> (dB) and <c>ssim</c>, beside bicubic enlargement's, of faces
/// that were shrunk as <c>data.degradation</c> says, as the paper's table has it; <c>psnr_learned</c> of faces that the stage's
/// own High-to-Low made; and <c>spectrum</c>, by how many dB the spectra of enlarged real poor faces differ from those of good
/// ones. The picture has rows of small face, bicubic, network and truth, and beside them a real poor face, bicubic and network.
/// </summary>
public sealed class RealFacesValidation : IValidation
{
    private const int Batch = 8;

    private readonly Recipe recipe;
    private readonly FaceBatch[] batches;
    private readonly Image[] large;
    private readonly Planes[] truths;
    private readonly Image[] small;
    private readonly Measured bicubic;
    private readonly FaceBatch? poor;
    private readonly Image[] poorEnlarged;
    private readonly double[][] goodSpectra;
    private readonly double bicubicDistance;

    /// <param name="faces">Real poor ones with them, or nothing is said of those.</param>
    public RealFacesValidation(ValidationFaces faces, Recipe recipe)
    {
        ArgumentNullException.ThrowIfNull(faces);
        ArgumentNullException.ThrowIfNull(recipe);
        this.recipe = recipe;
        batches = [.. faces.Batches(Batch)];
        large = [.. batches.SelectMany(batch => FaceImages.Of(batch.HighRes, batch.HighResSide, recipe.Data.Range))];
        truths = [.. large.Select(Planes.Of)];
        small = [.. batches.SelectMany(batch => FaceImages.Of(batch.LowRes, batch.LowResSide, recipe.Data.Range))];
        bicubic = Measure([.. small.Select(Enlarged)]);
        poor = faces.Poor();
        poorEnlarged = poor is null ? [] : [.. FaceImages.Of(poor.HighRes, poor.HighResSide, recipe.Data.Range).Select(Enlarged)];
        goodSpectra = poor is null ? [] : [.. large.Select(Spectrum.Of)];
        bicubicDistance = poor is null ? 0 : Spectrum.Distance([.. poorEnlarged.Select(Spectrum.Of)], goodSpectra);
    }

    public ValidationResult Run(ITrainingStage stage)
    {
        ArgumentNullException.ThrowIfNull(stage);
        Image[] restored = [.. batches.SelectMany(batch => Restore(stage, () => batch.LowResTensor(stage.Device)))];
        var shrunk = Measure(restored);
        var metrics = new List<ValidationMetric> { new("psnr", shrunk.Psnr, "F2", bicubic.Psnr), new("ssim", shrunk.Ssim, "F4", bicubic.Ssim) };
        var score = shrunk.Psnr;
        var shown = small;
        if (stage is IDegradingStage { Noise: > 0 } degrading)
        {
            shown = [.. batches.SelectMany(batch => Degrade(degrading, batch))];
            restored = [.. batches.SelectMany(batch => Restore(stage, () => degrading.Degrade(batch.HighResTensor(stage.Device), FaceImages.Noise(batch.First, batch.Size, degrading.Noise))))];
            var learned = Measure(restored);
            metrics.Add(new("psnr_learned", learned.Psnr, "F2", Measure([.. shown.Select(Enlarged)]).Psnr));
            score = learned.Psnr;
        }

        Image[] improved = [];
        if (poor is not null)
        {
            improved = [.. Enumerable.Range(0, (poor.Size + Batch - 1) / Batch).SelectMany(i =>
                Restore(stage, () => poor.HighResTensor(stage.Device).Narrow(0, i * Batch, Math.Min(Batch, poor.Size - i * Batch))))];
            metrics.Add(new("spectrum", Spectrum.Distance([.. improved.Select(Spectrum.Of)], goodSpectra), "F2", bicubicDistance));
        }

        return new ValidationResult(large.Length, score, metrics, Draw(shown, restored, improved));
    }

    private Image[] Restore(ITrainingStage stage, Func<Tensor> faces)
    {
        using var scope = new TensorScope();
        using var mode = Autograd.WithoutGradients();
        return [.. FaceImages.Of(stage.Infer(faces()), recipe.Data.Range)];
    }

    private Image[] Degrade(IDegradingStage stage, FaceBatch batch)
    {
        using var scope = new TensorScope();
        using var mode = Autograd.WithoutGradients();
        return [.. FaceImages.Of(stage.Degrade(batch.HighResTensor(stage.Device), FaceImages.Noise(batch.First, batch.Size, stage.Noise)), recipe.Data.Range)];
    }

    private Image Enlarged(Image face) => PillowResize.Resize(face, recipe.Data.HighRes, recipe.Data.HighRes, ResampleFilter.Bicubic);

    private Measured Measure(IReadOnlyList<Image> faces)
    {
        Planes[] planes = [.. faces.Select(Planes.Of)];
        return new Measured(planes.Zip(truths, Psnr.OfRgb).Average(), planes.Zip(truths, Ssim.OfRgb).Average());
    }

    private ValidationPicture Draw(Image[] shown, Image[] restored, Image[] improved)
    {
        var rows = Math.Min(recipe.Report.PictureRows, large.Length);
        var poorFaces = poor is null ? [] : FaceImages.Of(poor.HighRes, poor.HighResSide, recipe.Data.Range).ToArray();
        return PictureGrid.Of([.. Enumerable.Range(0, rows).Select(row => Row(row * large.Length / rows, row * improved.Length / rows))], recipe.Data.HighRes);

        IReadOnlyList<Image> Row(int i, int j) =>
            [shown[i], Enlarged(shown[i]), restored[i], large[i], .. improved.Length == 0 ? Array.Empty<Image>() : [poorFaces[j], poorEnlarged[j], improved[j]]];
    }

    private sealed record Measured(double Psnr, double Ssim);
}
