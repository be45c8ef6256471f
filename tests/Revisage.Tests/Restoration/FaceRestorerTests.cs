using Revisage.Imaging;
using Revisage.Restoration;

namespace Revisage.Tests.Restoration;

public class FaceRestorerTests
{
    [Theory]
    [InlineData(ValueRange.Unit)]
    [InlineData(ValueRange.Signed)]
    [InlineData(ValueRange.Byte)]
    public void A_face_goes_through_the_model_and_back(ValueRange range)
    {
        using var restorer = FaceRestorer.Open(OnnxModel.Load(TestModels.Doubler(TestModels.Card with { Range = range }), "doubler"));
        var face = Face(0);

        var restored = restorer.Restore(face);

        (restored.Width, restored.Height).ShouldBe((6, 4));
        for (var c = 0; c < 3; c++)
        {
            for (var y = 0; y < 4; y++)
            {
                for (var x = 0; x < 6; x++)
                {
                    restored.Pixels[(c * 4 + y) * 6 + x].ShouldBe(face.Pixels[(c * 2 + y / 2) * 3 + x / 2], 1e-6f);
                }
            }
        }
    }

    [Fact]
    public void The_network_sees_the_cards_range()
    {
        // Adding 1 in [-1, 1] is adding a half in [0, 1].
        var card = TestModels.Card with { Range = ValueRange.Signed, Scale = 1, Output = TestModels.Card.Input };
        var model = new OnnxFile().Input("lr", "N", 3, 2, 3).Output("sr", "N", 3, 2, 3).Weight("one", [1], 1)
            .Node("Add", ["lr", "one"], "sr").Metadata(OnnxModel.CardKey, card.ToJson()).ToArray();
        using var restorer = FaceRestorer.Open(OnnxModel.Load(model, "brighter"));

        var restored = restorer.Restore(new Image(3, 2, [.. Enumerable.Repeat(0.25f, 9), .. Enumerable.Repeat(0.75f, 9)]));

        restored.Pixels.ShouldBe([.. Enumerable.Repeat(0.75f, 9), .. Enumerable.Repeat(1f, 9)]);
    }

    [Fact]
    public void Many_faces_come_back_in_order()
    {
        using var restorer = FaceRestorer.Open(OnnxModel.Load(TestModels.Doubler(), "doubler"));
        var faces = Enumerable.Range(0, 37).Select(Face).ToList();

        var restored = restorer.Restore(faces);

        restored.Select(face => face.Pixels).ShouldBe(faces.Select(face => restorer.Restore(face).Pixels));
    }

    [Fact]
    public void No_faces_give_none()
    {
        using var restorer = FaceRestorer.Open(OnnxModel.Load(TestModels.Doubler(), "doubler"));

        restorer.Restore([]).ShouldBeEmpty();
    }

    [Fact]
    public void A_face_of_another_size_is_refused()
    {
        using var restorer = FaceRestorer.Open(OnnxModel.Load(TestModels.Doubler(), "doubler"));

        Should.Throw<ArgumentException>(() => restorer.Restore(new Image(2, 2, new float[12]))).Message.ShouldStartWith("Model 'doubler' takes faces of 3x2, but one is 2x2.");
    }

    [Fact]
    public void Cancelled_nothing_is_restored()
    {
        using var restorer = FaceRestorer.Open(OnnxModel.Load(TestModels.Doubler(), "doubler"));

        Should.Throw<OperationCanceledException>(() => restorer.Restore(Face(0), new CancellationToken(true)));
    }

    [Fact]
    public void A_model_that_contradicts_its_card_is_refused()
    {
        using var model = OnnxModel.Load(TestModels.Doubler(TestModels.Card with { Input = new PixelSize(2, 3), Output = new PixelSize(4, 6) }), "doubler");

        Should.Throw<RevisageException>(() => FaceRestorer.Open(model)).Message
            .ShouldBe("'doubler' has the input 'lr' Nx3x2x3, but its card says 'lr' Nx3x3x2. Export the model again.");
    }

    [Fact]
    public void A_model_without_a_card_is_refused()
    {
        using var model = OnnxModel.Load(TestModels.NeighbourSum(), "sum");

        Should.Throw<RevisageException>(() => FaceRestorer.Open(model)).Message.ShouldContain("no model card");
    }

    [Fact]
    public void Each_face_is_seen_beside_its_guide()
    {
        using var restorer = FaceRestorer.Open(OnnxModel.Load(TestModels.GuidedDoubler(), "guided"));
        // An odd count, so that batches of both sizes run.
        float[] values = [0.1f, 0.2f, 0.3f, 0.4f, 0.5f];

        var restored = restorer.Restore([.. values.Select(value => Plain(3, 2, value))], [.. values.Select(value => Plain(6, 4, 1 - value))], default);

        foreach (var (value, face) in values.Zip(restored))
        {
            (face.Width, face.Height).ShouldBe((6, 4));
            face.Pixels.ShouldAllBe(pixel => Math.Abs(pixel - (value + 0.25f * (1 - value))) < 1e-6f);
        }
    }

    [Fact]
    public void A_guide_is_given_where_one_is_needed_and_nowhere_else()
    {
        using var guided = FaceRestorer.Open(OnnxModel.Load(TestModels.GuidedDoubler(), "guided"));
        using var alone = FaceRestorer.Open(OnnxModel.Load(TestModels.Doubler(), "doubler"));

        Should.Throw<ArgumentException>(() => guided.Restore(Face(0))).Message.ShouldStartWith("Model 'doubler' takes a photograph of the same person beside each face, but none is given.");
        Should.Throw<ArgumentException>(() => guided.Restore([Face(0), Face(1)], [Plain(6, 4, 0)], default)).Message.ShouldStartWith("There are 2 faces, but 1 guides.");
        Should.Throw<ArgumentException>(() => guided.Restore([Face(0)], [Plain(6, 6, 0)], default)).Message.ShouldStartWith("Model 'doubler' takes guides of 6x4, but one is 6x6.");
        Should.Throw<ArgumentException>(() => alone.Restore([Face(0)], [Plain(6, 4, 0)], default)).Message.ShouldStartWith("Model 'doubler' takes no guide.");
    }

    [Fact]
    public void A_model_without_the_guide_that_its_card_promises_is_refused()
    {
        using var model = OnnxModel.Load(TestModels.Doubler(TestModels.Card with { NeedsGuide = true }), "doubler");

        Should.Throw<RevisageException>(() => FaceRestorer.Open(model)).Message.ShouldStartWith("'doubler' has the input 'lr' Nx3x2x3, but its card says");
    }

    private static Image Plain(int width, int height, float value) => new(width, height, [.. Enumerable.Repeat(value, 3 * width * height)]);

    private static Image Face(int seed)
    {
        var random = new Random(seed);
        return new Image(3, 2, [.. Enumerable.Range(0, 18).Select(_ => random.NextSingle())]);
    }
}
