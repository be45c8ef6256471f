using Revisage.Faces;
using Revisage.Imaging;
using Revisage.Restoration;
using Revisage.Tests.Restoration;

namespace Revisage.Tests.Faces;

public sealed class FaceParserTests : IDisposable
{
    private const byte Skin = 1, Hair = 17;

    private readonly string folder = Directory.CreateTempSubdirectory("revisage-parser-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Each_pixel_gets_the_class_of_the_largest_score()
    {
        using var parser = FaceParser.Open(RedIsSkinAndGreenHair());

        // Columns red, red, green, black; the background's score is 0.3 everywhere.
        parser.Parse(Columns(4, 2, 1)).ShouldBe([Skin, Skin, Hair, 0, Skin, Skin, Hair, 0]);
    }

    [Fact]
    public void A_face_of_another_size_gets_a_map_of_its_own_size()
    {
        using var parser = FaceParser.Open(RedIsSkinAndGreenHair());

        var map = parser.Parse(Columns(40, 20, 10));

        map.Length.ShouldBe(40 * 20);
        (map[5], map[15], map[25], map[35]).ShouldBe((Skin, Skin, Hair, (byte)0));
        map[^36].ShouldBe(Skin);
    }

    [Fact]
    public void A_model_of_another_kind_is_refused()
    {
        var path = Path.Combine(folder, "doubler.onnx");
        File.WriteAllBytes(path, TestModels.Doubler());

        Should.Throw<RevisageException>(() => FaceParser.Open(new StoredModel("doubler", path))).Message.ShouldStartWith($"'{path}' is no face parser.");
    }

    private StoredModel RedIsSkinAndGreenHair()
    {
        var card = TestModels.Card with { Name = "parser", Task = ModelTask.Parsing, Scale = 1, Input = new PixelSize(4, 2), Output = new PixelSize(4, 2), InputName = "face", OutputName = "parsing" };
        var weights = new float[19 * 3];
        (weights[3 * Skin], weights[3 * Hair + 1]) = (1, 1);
        var bias = new float[19];
        bias[0] = 0.3f;
        var path = Path.Combine(folder, "parser.onnx");
        File.WriteAllBytes(path, new OnnxFile()
            .Input("face", "N", 3, 2, 4)
            .Output("parsing", "N", 19, 2, 4)
            .Weight("w", weights, 19, 3, 1, 1)
            .Weight("b", bias, 19)
            .Node("Conv", ["face", "w", "b"], "parsing", ("kernel_shape", new[] { 1, 1 }))
            .Metadata(OnnxModel.CardKey, card.ToJson())
            .ToArray());
        card.Write(Path.Combine(folder, "parser.json"));
        return new StoredModel("parser", path);
    }

    private static Image Columns(int width, int height, int column)
    {
        var pixels = new float[3 * width * height];
        for (var at = 0; at < width * height; at++)
        {
            var which = at % width / column;
            pixels[at] = which < 2 ? 1 : 0;
            pixels[width * height + at] = which == 2 ? 1 : 0;
        }

        return new Image(width, height, pixels);
    }
}
