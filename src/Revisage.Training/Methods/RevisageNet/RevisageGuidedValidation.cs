using Revisage.Data;
using Revisage.Imaging;
using Revisage.Metrics;
using Revisage.Restoration;
using Revisage.Torch;
using Revisage.Training.Runs;
using Revisage.Training.Torch;

namespace Revisage.Training.Methods.RevisageNet;

/// <summary>
/// What a guide is worth: PSNR in dB with another photograph of the person beside that without, how much of it a stranger's photograph
/// gives, and by how many grey levels (root of the mean square) the guide changes the face. The picture has rows of the face without
/// guide, guide, the face with it, with a stranger, truth.
/// </summary>
public sealed class RevisageGuidedValidation : IValidation
{
    private const int Batch = 8;

    private readonly ValueRange range;
    private readonly int rows;
    private readonly IReadOnlyList<Shown> right;
    private readonly IReadOnlyList<Shown> strangers;
    private readonly double unguided;

    public RevisageGuidedValidation(ValidationFaces faces, Recipe recipe, ModelStore models)
    {
        ArgumentNullException.ThrowIfNull(faces);
        ArgumentNullException.ThrowIfNull(recipe);
        range = recipe.Data.Range;
        using var first = RevisageGuidedMethod.OpenFirst((RevisageGuidedRecipe)recipe, new TrainingSetting(Device.Cpu, models));
        right = Show(faces.As(RevisageGuidedMethod.Laid(recipe, GuideChoice.SamePerson)), recipe, first);
        strangers = Show(faces.As(RevisageGuidedMethod.Laid(recipe, GuideChoice.Stranger)), recipe, first);
        rows = Math.Min(recipe.Report.PictureRows, right.Sum(shown => shown.Truths.Count));
        unguided = Psnr([.. right.SelectMany(shown => Images(shown.Inputs[0]))], right);
    }

    public ValidationResult Run(ITrainingStage stage)
    {
        ArgumentNullException.ThrowIfNull(stage);
        var (guided, misled) = (Restore(stage, right), Restore(stage, strangers));
        var psnr = Psnr(guided, right);
        var before = right.SelectMany(shown => Images(shown.Inputs[0])).ToArray();
        var change = Math.Sqrt(guided.Zip(before, (made, first) => made.Pixels.Zip(first.Pixels, (a, b) => (double)(a - b) * (a - b)).Average()).Average()) * 255;
        return new ValidationResult(
            guided.Count, psnr,
            [new("psnr", psnr, "F3", unguided), new("over_stranger", psnr - Psnr(misled, strangers), "F3"), new("change", change, "F2")],
            Draw(before, guided, misled));
    }

    private static List<Shown> Show(ValidationFaces faces, Recipe recipe, TorchNetwork first)
    {
        var shown = new List<Shown>();
        foreach (var batch in faces.Batches(Batch))
        {
            using var scope = new TensorScope();
            var inputs = RevisageGuidedMethod.InputsOf(recipe, batch, first, Precision.Fp32);
            shown.Add(new Shown([.. inputs.Select(input => new OnnxTensor(input.ToArray(), [.. input.Shape.Select(extent => (int)extent)]))],
                [.. Images(new OnnxTensor(batch.HighRes, batch.Size, 3, batch.HighResSide, batch.HighResSide), recipe.Data.Range)]));
        }

        return shown;
    }

    private List<Image> Restore(ITrainingStage stage, IReadOnlyList<Shown> faces)
    {
        var restored = new List<Image>();
        foreach (var batch in faces)
        {
            using var scope = new TensorScope();
            using var mode = Autograd.WithoutGradients();
            var made = stage.Infer([.. batch.Inputs.Select(input => Tensor.Of(input.Values.ToArray(), [.. input.Shape.Select(extent => (long)extent)]))])[0];
            restored.AddRange(Images(new OnnxTensor(made.ToArray(), [.. made.Shape.Select(extent => (int)extent)])));
        }

        return restored;
    }

    private static double Psnr(IReadOnlyList<Image> images, IReadOnlyList<Shown> faces) =>
        images.Zip(faces.SelectMany(shown => shown.Truths), (made, truth) => Metrics.Psnr.OfRgb(Planes.Of(made), Planes.Of(truth))).Average();

    private IEnumerable<Image> Images(OnnxTensor faces) => Images(faces, range);

    private static IEnumerable<Image> Images(OnnxTensor faces, ValueRange range)
    {
        var side = faces.Shape[^1];
        foreach (var values in faces.Values.ToArray().Chunk(3 * side * side))
        {
            range.ToUnit(values, values);
            yield return new Image(side, side, values);
        }
    }

    private ValidationPicture Draw(Image[] before, List<Image> guided, List<Image> misled)
    {
        Image[] guides = [.. right.SelectMany(shown => Images(shown.Inputs[1]))], truths = [.. right.SelectMany(shown => shown.Truths)];
        var step = Math.Max(1, guided.Count / rows);
        return PictureGrid.Of([.. Enumerable.Range(0, rows).Select(row => (IReadOnlyList<Image>)[before[row * step], guides[row * step], guided[row * step], misled[row * step], truths[row * step]])], before[0].Width);
    }

    /// <summary>A batch: what the network is given, and what it should make of it.</summary>
    private sealed record Shown(IReadOnlyList<OnnxTensor> Inputs, IReadOnlyList<Image> Truths);
}
