using Revisage.Faces;
using Revisage.Imaging;
using Revisage.Restoration;
using Revisage.Tests.Imaging;
using Revisage.Tests.Restoration;

namespace Revisage.Tests.Faces;

/// <summary>The networks that look at faces, each by a tiny one whose numbers are known.</summary>
public sealed class FaceNetworkTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("revisage-looks-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Landmarks_come_in_pixels_of_each_face()
    {
        // Red says where all x are, green where all y are, as shares of the side.
        var weights = new float[2 * Landmarks.Count * 3];
        for (var i = 0; i < Landmarks.Count; i++)
        {
            (weights[3 * i], weights[3 * (Landmarks.Count + i) + 1]) = (1, 1);
        }

        using var detector = LandmarkDetector.Open(Mixing(ModelTask.Landmarks, 2 * Landmarks.Count, weights));

        var found = detector.Detect([ImagingFixtures.Plain(4, 4, 51, 204, 0), ImagingFixtures.Plain(40, 20, 51, 204, 0)]);

        found[0][5].X.ShouldBe(0.2f * 4 - 0.5f, 1e-5);
        found[1][67].X.ShouldBe(0.2f * 40 - 0.5f, 1e-4);
        found[1][67].Y.ShouldBe(0.8f * 20 - 0.5f, 1e-4);
    }

    [Fact]
    public void More_faces_than_a_batch_keep_their_order()
    {
        using var encoder = IdentityEncoder.Open(Mixing(ModelTask.Identity, 2, [1, 0, 0, 0, 1, 0]));

        var embedded = encoder.Embed([.. Enumerable.Range(0, 7).Select(i => ImagingFixtures.Plain(4, 4, (byte)(5 * i), 255, 0))]);

        embedded.Select(row => row[0]).ShouldBe(Enumerable.Range(0, 7).Select(i => 5 * i / 255f), 1e-6f);
        embedded.ShouldAllBe(row => row.Length == 2 && row[1] == 1);
    }

    [Fact]
    public void Distances_are_between_pictures_of_one_size()
    {
        using var distance = PerceptualDistance.Open(Difference());
        Image dark = ImagingFixtures.Plain(4, 4, 51, 0, 0), bright = ImagingFixtures.Plain(4, 4, 255, 0, 0);

        distance.Between([dark, bright], [bright, bright]).ShouldBe([0.2 - 1, 0], 1e-6);

        Should.Throw<ArgumentException>(() => distance.Between([dark], [ImagingFixtures.Plain(8, 8, 0, 0, 0)])).Message.ShouldStartWith("As many pictures of 4x4 on both sides");
    }

    [Fact]
    public void A_model_of_another_task_is_refused()
    {
        var identity = Mixing(ModelTask.Identity, 2, [1, 0, 0, 0, 1, 0]);

        Should.Throw<RevisageException>(() => LandmarkDetector.Open(identity)).Message.ShouldBe($"'{identity.Path}' is no landmark detector. 'revisage models' lists what each model does.");
        Should.Throw<RevisageException>(() => FaceAligner.Open(identity)).Message.ShouldContain("is no face aligner");
    }

    [Fact]
    public void Features_are_one_number_a_channel()
    {
        using var extractor = FeatureExtractor.Open(Mixing(ModelTask.Features, 3, [1, 0, 0, 0, 1, 0, 0, 0, 1]));

        extractor.Describe([ImagingFixtures.Plain(4, 4, 255, 0, 51)]).ShouldHaveSingleItem().ShouldBe([1, 0, 0.2f], 1e-6f);
    }

    /// <summary>The mean colour of 4x4 pixels, mixed to <paramref name="count"/> numbers.</summary>
    private StoredModel Mixing(ModelTask task, int count, float[] weights)
    {
        var card = Card(task, "mixing");
        return Save(card, new OnnxFile()
            .Input("face", "N", 3, 4, 4)
            .Output("out", "N", count, 1, 1)
            .Weight("w", [.. weights.SelectMany(weight => Enumerable.Repeat(weight / 16, 16))], count, 3, 4, 4)
            .Node("Conv", ["face", "w"], "out", ("kernel_shape", new[] { 4, 4 })));
    }

    /// <summary>How much brighter the other's first pixel's red is, negative.</summary>
    private StoredModel Difference() => Save(Card(ModelTask.Distance, "difference"), new OnnxFile()
        .Input("face", "N", 3, 4, 4)
        .Input("other", "N", 3, 4, 4)
        .Output("out", "N", 1, 1, 1)
        .Weight("w", [.. Enumerable.Repeat(1 / 16f, 16), .. new float[32]], 1, 3, 4, 4)
        .Node("Sub", ["face", "other"], "between")
        .Node("Conv", ["between", "w"], "out", ("kernel_shape", new[] { 4, 4 })));

    private static ModelCard Card(ModelTask task, string name) => TestModels.Card with
    {
        Name = name,
        Task = task,
        Scale = 1,
        Input = new PixelSize(4, 4),
        Output = new PixelSize(1, 1),
        InputName = "face",
        OutputName = "out",
        Range = ValueRange.Unit,
    };

    private StoredModel Save(ModelCard card, OnnxFile file)
    {
        var path = Path.Combine(folder, $"{card.Name}-{card.Task}.onnx");
        File.WriteAllBytes(path, file.Metadata(OnnxModel.CardKey, card.ToJson()).ToArray());
        return new StoredModel(card.Name, path);
    }
}
