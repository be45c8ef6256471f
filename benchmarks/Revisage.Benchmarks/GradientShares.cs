using System.Globalization;
using System.Reflection;
using Revisage.Data;
using Revisage.Imaging;
using Revisage.Restoration;
using Revisage.Torch;
using Revisage.Training.Losses;
using Revisage.Training.Methods;
using Revisage.Training.Priors.Features;
using Revisage.Training.Runs;
using Revisage.Training.Torch;

namespace Revisage.Benchmarks;

/// <summary>
/// How strongly a recipe's perceptual loss pulls at a face beside its pixel loss, which is how a weight that was published for one network's
/// features is brought over to another's.
/// </summary>
internal static class GradientShares
{
    private const int Batch = 8;

    /// <param name="modelName">Whose results the gradients are taken at; null for bicubic enlargement.</param>
    public static IEnumerable<string> Measure(string folder, Recipe recipe, string? modelName)
    {
        var options = recipe.GetType().GetProperty("Perceptual", BindingFlags.Public | BindingFlags.Instance)?.GetValue(recipe) as PerceptualOptions
            ?? throw new RevisageException($"The recipe of {recipe.Method} has no perceptual loss.");
        var setting = new TrainingSetting(Device.Cpu, ModelStore.Default);
        using var features = PerceptualFeatures.Open(options with { Weight = 1, FaceFeaturesScale = 1, Resnet18Scale = 1 }, recipe.Data.Range, setting)!;
        using var restorer = modelName is null ? null : FaceRestorer.Open(ModelStore.Default.Find(modelName));
        foreach (var data in MethodCatalog.Find(recipe.Method).Phases(recipe).Select(phase => phase.Data).DistinctBy(data => data.HighRes))
        {
            var (l1, l2, perceptual) = (0.0, 0.0, 0.0);
            foreach (var batch in new ValidationFaces(FaceSources.Open(folder), data, recipe.Report with { ValidationImages = 64 }).Batches(Batch))
            {
                using var scope = new TensorScope();
                var (sr, hr) = (Enlarged(batch, data.Range, restorer), batch.HighResTensor(Device.Cpu));
                sr.RequiresGrad = true;
                double Length(Tensor loss) => Autograd.Gradients(loss, [sr])[0].Pow(2).Sum().Sqrt().Item();
                l1 += Length(PixelLoss.L1(sr, hr));
                l2 += Length(PixelLoss.L2(sr, hr));
                perceptual += Length(features.Loss(sr, hr, Precision.Fp32));
            }

            yield return string.Create(CultureInfo.InvariantCulture, $"{data.HighRes} pixels, {features.Name}: {perceptual / l1:G4} of L1, {perceptual / l2:G4} of L2");
        }
    }

    private static Tensor Enlarged(FaceBatch batch, ValueRange range, FaceRestorer? restorer)
    {
        var made = new List<float>();
        foreach (var values in batch.LowRes.Chunk(3 * batch.LowResSide * batch.LowResSide))
        {
            range.ToUnit(values, values);
            var small = new Image(batch.LowResSide, batch.LowResSide, values);
            var large = PillowResize.Resize(restorer?.Restore(small) ?? small, batch.HighResSide, batch.HighResSide, ResampleFilter.Bicubic).Pixels.ToArray();
            range.FromUnit(large, large);
            made.AddRange(large);
        }

        return Tensor.Of([.. made], batch.Size, 3, batch.HighResSide, batch.HighResSide);
    }
}
