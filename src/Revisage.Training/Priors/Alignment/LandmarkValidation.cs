using System.Numerics;
using Revisage.Data;
using Revisage.Faces;
using Revisage.Imaging;
using Revisage.Metrics;
using Revisage.Restoration;
using Revisage.Torch;
using Revisage.Training.Runs;
using Revisage.Training.Torch;

namespace Revisage.Training.Priors.Alignment;

/// <summary>
/// A landmark network's normalised mean error, in percent of the image's side, beside that of the mean shape, which is
/// what one knows without looking. The picture shows truth in green and what was found in red.
/// </summary>
public sealed class LandmarkValidation : IValidation
{
    private const int Batch = 16;

    private readonly FaceBatch[] batches;
    private readonly Landmarks[] truths;
    private readonly Recipe recipe;
    private readonly Func<Tensor, IEnumerable<Landmarks>> decode;
    private readonly double ofMeanShape;
    private readonly Landmarks[]? taught;

    /// <exception cref="RevisageException">A face has no landmarks.</exception>
    /// <param name="decode">From the network's output for N faces to N times 68 points, in pixels of the faces.</param>
    /// <param name="teach">
    /// From N faces to the points that a teacher finds there; then <c>nme_teacher</c> says how far from those the network's lie, as Kim
    /// 2019's table 1 does. Null where nobody teaches.
    /// </param>
    public LandmarkValidation(ValidationFaces faces, Recipe recipe, Func<Tensor, IEnumerable<Landmarks>> decode, Func<Tensor, IEnumerable<Landmarks>>? teach = null)
    {
        ArgumentNullException.ThrowIfNull(faces);
        ArgumentNullException.ThrowIfNull(recipe);
        faces.MustKnow(Annotations.Landmarks);
        (this.recipe, this.decode) = (recipe, decode);
        batches = [.. faces.Batches(Batch)];
        truths = [.. batches.SelectMany(batch => Enumerable.Range(0, batch.Size).Select(batch.LandmarksOf))];
        var mean = Mean(truths);
        ofMeanShape = truths.Average(truth => Percent(mean, truth));
        taught = teach is null ? null : [.. batches.SelectMany(batch =>
        {
            using var scope = new TensorScope();
            return teach(batch.HighResTensor(Device.Cpu)).ToArray();
        })];
    }

    public ValidationResult Run(ITrainingStage stage)
    {
        ArgumentNullException.ThrowIfNull(stage);
        var found = new List<Landmarks>();
        foreach (var batch in batches)
        {
            using var scope = new TensorScope();
            using var mode = Autograd.WithoutGradients();
            found.AddRange(decode(stage.Infer(batch.HighResTensor(stage.Device))));
        }

        var error = found.Zip(truths, Percent).Average();
        ValidationMetric[] ofTeacher = taught is null ? [] : [new("nme_teacher", found.Zip(taught, Percent).Average(), "F3")];
        return new ValidationResult(truths.Length, -error, [new("nme", error, "F3", ofMeanShape), .. ofTeacher], Draw(found));
    }

    private double Percent(Landmarks found, Landmarks truth) => 100 * LandmarkError.Normalized(found, truth, recipe.Data.HighRes);

    private static Landmarks Mean(Landmarks[] shapes)
    {
        var points = new Vector2[Landmarks.Count];
        for (var i = 0; i < points.Length; i++)
        {
            Landmarks[] known = [.. shapes.Where(shape => shape.IsVisible(i))];
            points[i] = known.Aggregate(Vector2.Zero, (sum, shape) => sum + shape[i]) / known.Length;
        }

        return new Landmarks(points);
    }

    private ValidationPicture Draw(List<Landmarks> found)
    {
        var side = recipe.Data.HighRes;
        var zoom = Math.Max(1, 256 / side);
        var columns = recipe.Report.PictureRows;
        var canvas = new Image(columns * side * zoom, side * zoom, new float[3 * columns * side * zoom * side * zoom]);
        for (var column = 0; column < columns; column++)
        {
            var index = (int)((long)column * truths.Length / columns);
            var batch = batches[index / Batch];
            var values = batch.HighRes.AsSpan(index % Batch * 3 * side * side, 3 * side * side);
            var face = new float[values.Length];
            recipe.Data.Range.ToUnit(values, face);
            for (var i = 0; i < face.Length; i++)
            {
                var (plane, at) = Math.DivRem(i, side * side);
                for (var dot = 0; dot < zoom * zoom; dot++)
                {
                    Put(canvas, plane, column * side * zoom + at % side * zoom + dot % zoom, at / side * zoom + dot / zoom, face[i]);
                }
            }

            for (var i = 0; i < Landmarks.Count; i++)
            {
                Dot(canvas, column * side * zoom, (truths[index][i] + new Vector2(0.5f)) * zoom, 1);
                Dot(canvas, column * side * zoom, (found[index][i] + new Vector2(0.5f)) * zoom, 0);
            }
        }

        return new ValidationPicture(ImageFile.EncodePng(canvas), canvas.Width, canvas.Height);
    }

    private static void Dot(Image canvas, int left, Vector2 at, int channel)
    {
        for (var i = 0; i < 4; i++)
        {
            for (var plane = 0; plane < 3; plane++)
            {
                Put(canvas, plane, left + (int)at.X + i % 2, (int)at.Y + i / 2, plane == channel ? 1 : 0);
            }
        }
    }

    private static void Put(Image canvas, int plane, int x, int y, float value)
    {
        if (x >= 0 && y >= 0 && x < canvas.Width && y < canvas.Height)
        {
            canvas.Pixels[(plane * canvas.Height + y) * canvas.Width + x] = value;
        }
    }
}
