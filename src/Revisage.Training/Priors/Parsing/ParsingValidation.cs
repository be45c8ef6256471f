using Revisage.Data;
using Revisage.Data.GroundTruth;
using Revisage.Data.Prepare;
using Revisage.Imaging;
using Revisage.Restoration;
using Revisage.Torch;
using Revisage.Training.Runs;
using Revisage.Training.Torch;

namespace Revisage.Training.Priors.Parsing;

/// <summary>
/// A parser against drawn maps: intersection over union of the skin, which is W-Net's binary map, in percent over all
/// validation pixels; the mean of the classes' that occur; the share of pixels that are right. Columns of the
/// picture: face, truth, what was found.
/// </summary>
public sealed class ParsingValidation : IValidation
{
    private const int Batch = 8;

    private readonly FaceBatch[] batches;
    private readonly Recipe recipe;

    /// <exception cref="RevisageException">A face has no parsing map.</exception>
    public ParsingValidation(ValidationFaces faces, Recipe recipe)
    {
        ArgumentNullException.ThrowIfNull(faces);
        faces.MustKnow(Annotations.Parsing);
        this.recipe = recipe;
        batches = [.. faces.Batches(Batch)];
    }

    public ValidationResult Run(ITrainingStage stage)
    {
        ArgumentNullException.ThrowIfNull(stage);
        var classes = Enum.GetValues<FaceClass>().Length;
        var counts = new long[classes, classes];
        var found = new List<byte[]>();
        foreach (var batch in batches)
        {
            using var scope = new TensorScope();
            using var mode = Autograd.WithoutGradients();
            var maps = Best(stage.Infer(batch.HighResTensor(stage.Device)).ToArray(), classes, batch.HighResSide * batch.HighResSide);
            found.AddRange(maps);
            foreach (var (i, label) in batch.Parsing.Index().Where(pixel => pixel.Item != FaceBatch.Unlabelled))
            {
                counts[label, maps[i / maps[0].Length][i % maps[0].Length]]++;
            }
        }

        var skin = Overlap((int)FaceClass.Skin);
        double[] known = [.. Enumerable.Range(0, classes).Where(label => Row(label) > 0).Select(Overlap)];
        var right = Enumerable.Range(0, classes).Sum(label => counts[label, label]);
        var all = Enumerable.Range(0, classes).Sum(Row);
        return new ValidationResult(
            found.Count, skin, [new("iou_skin", skin, "F2"), new("iou_mean", known.Average(), "F2"), new("pixels_right", 100.0 * right / all, "F2")], Draw(found));

        long Row(int label) => Enumerable.Range(0, classes).Sum(other => counts[label, other]);

        double Overlap(int label) => 100.0 * counts[label, label] / (Row(label) + Enumerable.Range(0, classes).Sum(other => counts[other, label]) - counts[label, label]);
    }

    private static byte[][] Best(float[] scores, int classes, int pixels) => [.. scores.Chunk(classes * pixels).Select(face =>
    {
        var best = new byte[pixels];
        for (var label = 1; label < classes; label++)
        {
            for (var i = 0; i < pixels; i++)
            {
                if (face[label * pixels + i] > face[best[i] * pixels + i])
                {
                    best[i] = (byte)label;
                }
            }
        }

        return best;
    })];

    private ValidationPicture Draw(List<byte[]> found)
    {
        var side = recipe.Data.HighRes;
        var rows = Math.Min(recipe.Report.PictureRows, found.Count);
        var canvas = new Image(3 * side, rows * side, new float[9 * side * rows * side]);
        for (var row = 0; row < rows; row++)
        {
            var index = (int)((long)row * found.Count / rows);
            var batch = batches[index / Batch];
            var face = new float[3 * side * side];
            recipe.Data.Range.ToUnit(batch.HighRes.AsSpan(index % Batch * face.Length, face.Length), face);
            for (var i = 0; i < face.Length; i++)
            {
                var (plane, at) = Math.DivRem(i, side * side);
                var to = (plane * canvas.Height + row * side + at / side) * canvas.Width + at % side;
                canvas.Pixels[to] = face[i];
                canvas.Pixels[to + side] = Colour(batch.Parsing[index % Batch * side * side + at], plane);
                canvas.Pixels[to + 2 * side] = Colour(found[index][at], plane);
            }
        }

        return new ValidationPicture(ImageFile.EncodePng(canvas), canvas.Width, canvas.Height);
    }

    private static float Colour(byte label, int plane) => label < ContactSheet.Palette.Count ? ContactSheet.Palette[label][plane] / 255 : 0;
}
