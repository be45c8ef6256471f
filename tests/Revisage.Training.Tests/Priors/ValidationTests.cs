using System.Numerics;
using Revisage.Data;
using Revisage.Faces;
using Revisage.Restoration;
using Revisage.Torch;
using Revisage.Training.Losses;
using Revisage.Training.Priors.Alignment;
using Revisage.Training.Priors.Features;
using Revisage.Training.Priors.Identity;
using Revisage.Training.Priors.Parsing;
using Revisage.Training.Runs;
using Revisage.Training.Torch;

namespace Revisage.Training.Tests.Priors;

/// <summary>What validations measure, on networks whose answers are known.</summary>
[Trait("Category", "torch")]
public sealed class ValidationTests : IDisposable
{
    private static readonly Recipe Recipe = new LandmarkRecipe
    {
        Method = "landmarks",
        Data = new DataOptions { HighRes = 64, LowRes = 0, Range = ValueRange.Unit, Parsing = true },
        Report = new ReportOptions { PictureRows = 2 },
    };

    // Point k of picture i at (k, i), counted from 1; pictures 2 to 25 are the validation faces.
    private readonly SyntheticFaces faces = new(train: 2, val: 24, side: 64, hr: 64, annotated: true);

    public void Dispose() => faces.Dispose();

    [Fact]
    public void Landmarks_are_off_by_their_distance_in_percent_of_the_side()
    {
        var validation = new LandmarkValidation(Faces(), Recipe, _ => Enumerable.Range(3, 16).Select(row => Shape(row, across: 0.64f)));

        // The second batch holds 8 faces; the answers of the first are given to it, 16 rows too far up.
        var result = validation.Run(new Answers(input => input));

        result.Metrics[0].Name.ShouldBe("nme");
        result.Metrics[0].Value.ShouldBe((16 * 1.0 + 8 * Math.Sqrt(0.64 * 0.64 + 256) / 0.64) / 24, 1e-3);
        // The mean shape lies in the middle of 24 rows: half a row off to eleven and a half, six on average.
        result.Metrics[0].Baseline!.Value.ShouldBe(100 * 6 / 64.0, 1e-3);
        result.Score.ShouldBe(-result.Metrics[0].Value);
        result.Picture!.Width.ShouldBe(2 * 256);
    }

    [Fact]
    public void A_parser_that_takes_all_for_skin_overlaps_by_half()
    {
        // Left half skin, right half eye.
        var result = new ParsingValidation(Faces(), Recipe).Run(new Answers(input => Scores(input, skin: 1)));

        result.Metrics.Select(metric => (metric.Name, Math.Round(metric.Value, 3))).ShouldBe([("iou_skin", 50), ("iou_mean", 25), ("pixels_right", 50)]);
    }

    [Fact]
    public void An_encoder_that_sees_red_tells_people_apart_by_it()
    {
        // Pictures differ in red by i tenths, and 11 pictures on it is the same: people are told apart better than by chance, and not always.
        var result = new VerificationValidation(Faces(), Recipe).Run(new Answers(input =>
        {
            var red = input.Narrow(1, 0, 1).Mean([1, 2, 3]).Reshape(-1, 1) * 3;
            return Tensor.Cat([red.Sin(), red.Cos()], 1);
        }));

        result.Metrics.Single(metric => metric.Name == "auc").Value.ShouldBeInRange(0.75, 0.999);
        // Red is even over the whole face, so nothing is lost at 16 pixels.
        result.Metrics.Single(metric => metric.Name == "auc_16").Value.ShouldBe(result.Metrics.Single(metric => metric.Name == "auc").Value, 0.05);
        result.Score.ShouldBe(result.Metrics[0].Value);
    }

    [Fact]
    public void Faces_without_what_is_measured_by_are_named()
    {
        using var bare = new SyntheticFaces(train: 1, val: 2, side: 64, hr: 64);
        var unknown = new ValidationFaces(bare.Open(), Recipe.Data, Recipe.Report);

        Should.Throw<RevisageException>(() => new LandmarkValidation(unknown, Recipe, _ => []))
            .Message.ShouldStartWith($"Validation needs Landmarks of every face, and '1.png' of '{bare.Folder}' has none.");
        Should.Throw<RevisageException>(() => new ParsingValidation(unknown, Recipe))
            .Message.ShouldStartWith($"Validation needs Parsing of every face, and '1.png' of '{bare.Folder}' has none.");
        Should.Throw<RevisageException>(() => new FaceParserMethod().Check(Recipe with { Data = Recipe.Data with { Parsing = false } }))
            .Message.ShouldStartWith("A face parser learns from parsing maps");
    }

    [Fact]
    public void One_person_alone_is_no_verification()
    {
        using var alone = new SyntheticFaces(train: 2, val: 2, side: 64, hr: 64, annotated: true);
        var validation = new VerificationValidation(new ValidationFaces(alone.Open(), Recipe.Data, Recipe.Report), Recipe);

        Should.Throw<RevisageException>(() => validation.Run(new Answers(input => input.Mean([2, 3])))).Message.ShouldContain("but there are 1 and 0");
    }

    [Fact]
    public void Attributes_count_where_they_are_known()
    {
        using var scope = new TensorScope();
        var batch = FaceDataset.Load(faces.Open(), "train", Recipe.Data with { HighRes = 16, Parsing = false }, 1).Batch(0, 2);
        FaceRecord[] records = [batch.Records[0] with { Age = 20, Gender = "m", Ethnicity = "black" }, batch.Records[1] with { Age = null, Gender = null, Ethnicity = null }];
        // Age 2.5 decades, even odds of being male and among the five ethnicities; the second face's answers count for nothing.
        var answers = Tensor.Of([2.5f, 0, 1, 1, 1, 1, 1, 99, 99, 9, 0, 0, 0, 0], 2, 7);
        var losses = new LossTerms();

        FaceAttributeHeads.AddLosses(losses, new FaceTaskOptions(), answers, batch with { Records = records });

        losses.Values().Select(loss => (loss.Name, Math.Round(loss.Value, 5))).ShouldBe(
            [("age", 0.5), ("gender", Math.Round(Math.Log(2), 5)), ("ethnicity", Math.Round(Math.Log(5), 5))]);
    }

    private ValidationFaces Faces() => new(faces.Open(), Recipe.Data, Recipe.Report);

    private static Landmarks Shape(int row, float across) => new([.. Enumerable.Range(1, Landmarks.Count).Select(k => new Vector2(k + across, row))]);

    private static Tensor Scores(Tensor faces, int skin)
    {
        var (count, side) = (faces.Shape[0], (int)faces.Shape[2]);
        var values = new float[count * 19 * side * side];
        for (var face = 0; face < count; face++)
        {
            values.AsSpan((face * 19 + skin) * side * side, side * side).Fill(1);
        }

        return Tensor.Of(values, count, 19, side, side);
    }

    /// <summary>A stage whose network is a function.</summary>
    private sealed class Answers(Func<Tensor, Tensor> infer) : ITrainingStage
    {
        public Device Device => Device.Cpu;

        public IReadOnlyList<TorchNetwork> Networks => [];

        public IReadOnlyList<(string Name, IOptimizer Optimizer)> Optimizers => [];

        public LossTerms Step(FaceBatch batch, long iteration) => throw new NotSupportedException();

        public IReadOnlyList<Tensor> Infer(IReadOnlyList<Tensor> inputs) => [infer(inputs[0])];

        public void Dispose()
        {
        }
    }
}
