using Revisage.Data;
using Revisage.Imaging;
using Revisage.Metrics;
using Revisage.Restoration;
using Revisage.Torch;
using Revisage.Training.Runs;

namespace Revisage.Training.Priors.Identity;

/// <summary>
/// Whether an encoder tells people that it has never seen apart: accuracy in percent (<see cref="Verification"/>) on all
/// pairs of one person among the validation faces and as many of two, as they are and made of 16 pixels by bicubic
/// enlargement. The picture is the receiver operating characteristic of both, green and red.
/// </summary>
public sealed class VerificationValidation : IValidation
{
    private const int Batch = 32;
    private const int Small = 16;

    private readonly FaceBatch[] batches;
    private readonly (int First, int Second, bool Same)[] pairs;
    private readonly Recipe recipe;

    public VerificationValidation(ValidationFaces faces, Recipe recipe)
    {
        ArgumentNullException.ThrowIfNull(faces);
        ArgumentNullException.ThrowIfNull(recipe);
        this.recipe = recipe;
        batches = [.. faces.All(Annotations.Identity).Batches(Batch)];
        pairs = Pairs([.. batches.SelectMany(batch => batch.Records).Select(face => face.Identity!)]);
    }

    public ValidationResult Run(ITrainingStage stage)
    {
        ArgumentNullException.ThrowIfNull(stage);
        var large = Measure(stage, batch => batch.HighRes);
        var small = Measure(stage, Shrunk);
        return new ValidationResult(
            batches.Sum(batch => batch.Size), 100 * large.Accuracy,
            [
                new("accuracy", 100 * large.Accuracy, "F1"), new("auc", large.AreaUnderCurve, "F4"),
                new("accuracy_16", 100 * small.Accuracy, "F1"), new("auc_16", small.AreaUnderCurve, "F4"),
                new("accepted_at_0.01", 100 * large.TrueAcceptedAt(0.01), "F1"), new("accepted_at_0.1", 100 * large.TrueAcceptedAt(0.1), "F1"),
            ],
            Draw(large, small));
    }

    private Verification Measure(ITrainingStage stage, Func<FaceBatch, float[]> faces)
    {
        var embeddings = new List<float[]>();
        foreach (var batch in batches)
        {
            using var scope = new TensorScope();
            using var mode = Autograd.WithoutGradients();
            var side = batch.HighResSide;
            var output = stage.Infer(Tensor.Of(faces(batch), batch.Size, 3, side, side).To(stage.Device));
            embeddings.AddRange(output.ToArray().Chunk((int)output.Shape[1]));
        }

        return Verification.Of([.. pairs.Select(pair => new VerificationPair(embeddings[pair.First].Zip(embeddings[pair.Second], (a, b) => (double)a * b).Sum(), pair.Same))]);
    }

    /// <summary>The faces at 16 pixels, enlarged again.</summary>
    private float[] Shrunk(FaceBatch batch)
    {
        var side = batch.HighResSide;
        var values = new float[batch.HighRes.Length];
        var pixels = new float[3 * side * side];
        for (var i = 0; i < batch.Size; i++)
        {
            recipe.Data.Range.ToUnit(batch.HighRes.AsSpan(i * pixels.Length, pixels.Length), pixels);
            var small = PillowResize.Resize(new Image(side, side, pixels), Small, Small, ResampleFilter.Bicubic);
            recipe.Data.Range.FromUnit(PillowResize.Resize(small, side, side, ResampleFilter.Bicubic).Pixels, values.AsSpan(i * pixels.Length, pixels.Length));
        }

        return values;
    }

    private static (int, int, bool)[] Pairs(string[] people)
    {
        var same = new List<(int, int, bool)>();
        for (var i = 0; i < people.Length; i++)
        {
            for (var j = i + 1; j < people.Length; j++)
            {
                if (people[i] == people[j])
                {
                    same.Add((i, j, true));
                }
            }
        }

        var random = new SampleRandom(seed: 1, sample: 0);
        var different = new HashSet<(int, int, bool)>();
        // Of few people there may be fewer pairs of two than of one.
        var wanted = Math.Min(same.Count, people.Length * (people.Length - 1) / 2 - same.Count);
        while (different.Count < wanted)
        {
            var (i, j) = (random.Next(0, people.Length - 1), random.Next(0, people.Length - 1));
            if (people[i] != people[j])
            {
                different.Add((Math.Min(i, j), Math.Max(i, j), false));
            }
        }

        return [.. same, .. different];
    }

    private static ValidationPicture Draw(Verification large, Verification small)
    {
        const int side = 256;
        var pixels = new float[3 * side * side];
        Array.Fill(pixels, 1f);
        Curve(large.Curve, 1);
        Curve(small.Curve, 0);
        return new ValidationPicture(ImageFile.EncodePng(new Image(side, side, pixels)), side, side);

        void Curve(IReadOnlyList<RocPoint> points, int channel)
        {
            for (var i = 1; i < points.Count; i++)
            {
                for (var step = 0; step <= side; step++)
                {
                    var share = (double)step / side;
                    var x = (int)((side - 1) * (points[i - 1].FalseAccepted + share * (points[i].FalseAccepted - points[i - 1].FalseAccepted)));
                    var y = (int)((side - 1) * (1 - points[i - 1].TrueAccepted - share * (points[i].TrueAccepted - points[i - 1].TrueAccepted)));
                    for (var plane = 0; plane < 3; plane++)
                    {
                        pixels[(plane * side + y) * side + x] = plane == channel ? 0.7f : 0;
                    }
                }
            }
        }
    }
}
