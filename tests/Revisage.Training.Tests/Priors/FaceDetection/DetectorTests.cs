using System.Numerics;
using Revisage.Faces;
using Revisage.Imaging;
using Revisage.Restoration;
using Revisage.Torch;
using Revisage.Training.Layers;
using Revisage.Training.Onnx;
using Revisage.Training.Priors.FaceDetection;
using Revisage.Training.Runs;
using Revisage.Training.Torch;

namespace Revisage.Training.Tests.Priors.FaceDetection;

[Trait("Category", "torch")]
public class DetectorTests
{
    private static readonly DetectorNetworkOptions Narrow = new() { Stem = 8, Stride4 = 16, Stride8 = 16, Stride16 = 16, Stride32 = 16, Pyramid = 16 };

    [Fact]
    public void It_has_the_parameters_that_it_says() =>
        ShapeWalk.Of(new DetectorNetwork(new DetectorNetworkOptions()), 3, 256, 256).Parameters.ShouldBe(591_359);

    [Fact]
    public void A_perfect_answer_has_no_loss_but_that_of_scores()
    {
        using var scope = new TensorScope();
        var targets = Targets();

        var losses = DetectionLoss.Of(Answer(targets, widen: 1), targets).Values().ToDictionary(loss => loss.Name, loss => loss.Value);

        losses["box"].ShouldBe(0, 1e-5);
        losses["landmark"].ShouldBe(0, 1e-5);
        losses["score"].ShouldBeLessThan(0.01);
    }

    [Fact]
    public void A_box_of_twice_the_width_loses_half()
    {
        using var scope = new TensorScope();
        var targets = Targets();

        // Its union and its hull are twice the face: 1 - GIoU = 1 - 1 / 2.
        DetectionLoss.Of(Answer(targets, widen: 2), targets).Values().Single(loss => loss.Name == "box").Value.ShouldBe(0.5, 1e-5);
    }

    [Fact]
    public void Without_a_face_there_is_a_loss_still()
    {
        using var scope = new TensorScope();
        var targets = DetectionTargets.Of(64, [[]], [[]]);

        var losses = DetectionLoss.Of(Answer(targets, widen: 1), targets);

        losses.Total().Item().ShouldBeGreaterThan(0);
        losses.Values().Single(loss => loss.Name == "box").Value.ShouldBe(0);
    }

    [Fact]
    public void It_learns_one_picture_by_heart()
    {
        using var learner = Learner.ByAdam("network", new DetectorNetwork(Narrow), new DetectorRecipe { Method = "face-detector" }, new AdamOptions(), Device.Cpu, averaged: false);
        var (pixels, faces) = Drawn();
        var targets = DetectionTargets.Of(128, [faces], [[]]);
        for (var step = 0; step < 120; step++)
        {
            using var scope = new TensorScope();
            var maps = learner.Network.Forward([Tensor.Of(pixels, 1, 3, 128, 128)], new ForwardMode(Training: true, Precision.Fp32));
            learner.Update(DetectionLoss.Of(maps, targets).Total(), 5e-3);
        }

        using var last = new TensorScope();
        using var mode = Autograd.WithoutGradients();
        // By the batch's own statistics: of one picture, the running ones lag behind.
        var found = FaceCandidates.Suppress(
            learner.Network.Forward([Tensor.Of(pixels, 1, 3, 128, 128)], new ForwardMode(Training: true, Precision.Fp32)).Zip(DetectionLevel.All)
                .SelectMany(level => FaceCandidates.Decode(level.First.ToArray(), (int)level.First.Shape[3], (int)level.First.Shape[2], level.Second.Stride, Vector2.One, 0.5)),
            0.4);

        found.Count.ShouldBe(faces.Count);
        foreach (var face in faces)
        {
            found.Max(one => one.Box.Overlap(face.Box)).ShouldBeGreaterThan(0.6);
        }
    }

    [Fact]
    public void The_export_takes_photographs_of_any_size_and_finds_what_the_network_finds()
    {
        using var scope = new TensorScope();
        using var mode = Autograd.WithoutGradients();
        using var network = new TorchNetwork("network", new DetectorNetwork(Narrow), seed: 3);
        var weights = network.Save().ToDictionary(array => array.Name, array => array.ToFloats());
        var bytes = OnnxExport.Record(
            "detector", [new OnnxInput("photograph", 3, 64, 64) { AnySize = true }], inputs => [.. DetectionLevel.All.Zip(network.Block.ForwardAll(inputs), (level, map) => ($"stride{level.Stride}", map))],
            named => weights[named.Path], network.Weights, new Dictionary<string, string>());
        using var model = OnnxModel.Load(bytes, "the export");

        var (pixels, _) = Drawn();
        foreach (var (width, height) in new[] { (64, 64), (160, 96) })
        {
            var picture = PillowResize.Resize(new Image(128, 128, [.. pixels.Select(value => (value + 1) / 2)]), width, height, ResampleFilter.Bicubic);
            var input = FaceDetector.Feed(picture, ValueRange.Signed);
            var truth = network.Forward([Tensor.Of(input.Values.Span, 1, 3, height, width)], new ForwardMode(Training: false, Precision.Fp32));
            var made = model.Run(new Dictionary<string, Restoration.OnnxTensor> { ["photograph"] = input });
            foreach (var (level, map) in DetectionLevel.All.Zip(truth))
            {
                made[$"stride{level.Stride}"].Shape.ShouldBe([1, FaceCandidates.Channels, height / level.Stride, width / level.Stride]);
                made[$"stride{level.Stride}"].Values.ToArray().Zip(map.ToArray()).Max(pair => Math.Abs(pair.First - pair.Second)).ShouldBeLessThan(1e-3f);
            }
        }
    }

    private static DetectionTargets Targets() => DetectionTargets.Of(
        64, [[new ShownFace(new FaceBox(20, 24, 16, 18), [new(24, 30), new(32, 30), new(28, 34), new(25, 38), new(31, 38)]), new ShownFace(new FaceBox(2, 2, 40, 50), null)]], [[]]);

    /// <summary>The maps that say what is wanted, boxes so many times as wide.</summary>
    private static Tensor[] Answer(DetectionTargets targets, double widen)
    {
        var maps = new List<Tensor>();
        var first = 0;
        foreach (var level in DetectionLevel.All)
        {
            var cells = 64 / level.Stride * (64 / level.Stride);
            var map = new float[FaceCandidates.Channels * cells];
            for (var cell = 0; cell < cells; cell++)
            {
                map[cell] = targets.Scores[first + cell] > 0 ? 6 : -6;
                if (targets.Cells.ToList().IndexOf(first + cell) is >= 0 and var owner)
                {
                    var face = targets.Faces[owner];
                    float[] said = [face[0], face[1], MathF.Log((float)widen * face[2]), MathF.Log(face[3]), .. face[4..]];
                    for (var channel = 0; channel < said.Length; channel++)
                    {
                        map[(1 + channel) * cells + cell] = float.IsNaN(said[channel]) ? 0 : said[channel];
                    }
                }
            }

            maps.Add(Tensor.Of(map, 1, FaceCandidates.Channels, 64 / level.Stride, 64 / level.Stride));
            first += cells;
        }

        return [.. maps];
    }

    /// <summary>Noise of 128 pixels in [-1, 1] with two faces, discs with dark eyes, of 20 and 50 pixels.</summary>
    private static (float[] Pixels, IReadOnlyList<ShownFace> Faces) Drawn()
    {
        var random = new SampleRandom(5, 0);
        var pixels = new float[3 * 128 * 128];
        for (var i = 0; i < pixels.Length; i++)
        {
            pixels[i] = (float)(0.4 * random.NextDouble() - 0.8);
        }

        var faces = new List<ShownFace>();
        foreach (var (x, y, radius) in new[] { (30, 40, 10), (84, 80, 25) })
        {
            for (var i = 0; i < pixels.Length; i++)
            {
                var (row, column) = Math.DivRem(i % (128 * 128), 128);
                var away = Math.Sqrt((row - y) * (row - y) + (column - x) * (column - x));
                var eye = Math.Abs(Math.Abs(column - x) - 0.4 * radius) < 0.15 * radius && Math.Abs(row - y + 0.2 * radius) < 0.15 * radius;
                pixels[i] = away > radius ? pixels[i] : eye ? -0.5f : 0.8f;
            }

            faces.Add(new ShownFace(new FaceBox(x - radius, y - radius, 2 * radius, 2 * radius), null));
        }

        return (pixels, faces);
    }
}
