using System.CommandLine;
using System.Text.Json;
using Revisage.Cli;
using Revisage.Faces;
using Revisage.Imaging;
using Revisage.Restoration;
using Revisage.Tests.Restoration;

namespace Revisage.Tests.Cli;

/// <summary>The command on a model that takes what is bright for a face of one cell, of 32 by 32 pixels.</summary>
public sealed class DetectCommandTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("revisage-").FullName;
    private readonly StringWriter output = new();
    private readonly StringWriter error = new();

    public DetectCommandTests()
    {
        var card = TestModels.Card with
        {
            Name = "bright",
            Method = "face-detector",
            Task = ModelTask.Detection,
            Scale = 1,
            Input = new PixelSize(64, 64),
            Output = new PixelSize(2, 2),
            InputName = "photograph",
            OutputName = "stride32",
        };
        // The score's logit is the mean of a cell's pixels times 20, less 10; all other channels are 0.
        var weights = new float[FaceCandidates.Channels * 3 * 32 * 32];
        Array.Fill(weights, 20f / (3 * 32 * 32), 0, 3 * 32 * 32);
        var bias = new float[FaceCandidates.Channels];
        bias[0] = -10;
        File.WriteAllBytes(In("bright.onnx"), new OnnxFile()
            .Input("photograph", "N", 3, "H", "W")
            .Output("stride32", "N", FaceCandidates.Channels, "h", "w")
            .Weight("weight", weights, FaceCandidates.Channels, 3, 32, 32)
            .Weight("bias", bias, FaceCandidates.Channels)
            .Node("Conv", ["photograph", "weight", "bias"], "stride32", ("kernel_shape", new[] { 32, 32 }), ("strides", new[] { 32, 32 }))
            .Metadata(OnnxModel.CardKey, card.ToJson())
            .ToArray());
        (card with { Sha256 = StoredModel.HashOf(In("bright.onnx")) }).Write(In("bright.json"));
    }

    public void Dispose()
    {
        Directory.Delete(folder, recursive: true);
        output.Dispose();
        error.Dispose();
    }

    [Fact]
    public void Json_has_boxes_scores_and_landmarks_in_pixels_of_the_picture()
    {
        // A bright square in the second cell of the second row; the picture does not fill its last cells.
        Save("a.png", 80, 70, x: 32, y: 32);

        Detect(In("a.png"), "--json").ShouldBe(0);

        using var json = JsonDocument.Parse(output.ToString());
        var picture = json.RootElement.EnumerateArray().ShouldHaveSingleItem();
        picture.GetProperty("file").GetString().ShouldBe(In("a.png"));
        (picture.GetProperty("width").GetInt32(), picture.GetProperty("height").GetInt32()).ShouldBe((80, 70));
        var face = picture.GetProperty("faces").EnumerateArray().ShouldHaveSingleItem();
        face.GetProperty("box").EnumerateArray().Select(value => value.GetDouble()).ShouldBe([32, 32, 32, 32]);
        face.GetProperty("score").GetDouble().ShouldBe(1, 1e-3);
        var landmarks = face.GetProperty("landmarks").EnumerateArray().Select(point => point.EnumerateArray().Select(value => value.GetDouble()).ToArray()).ToArray();
        landmarks.Length.ShouldBe(5);
        landmarks.ShouldAllBe(point => point.SequenceEqual(new[] { 47.5, 47.5 }));
    }

    [Fact]
    public void A_large_photograph_is_looked_at_smaller_and_told_in_its_own_pixels()
    {
        Save("large.png", 256, 128, x: 128, y: 0, side: 64);

        Detect(In("large.png"), "--json", "--working-side", "128").ShouldBe(0);

        using var json = JsonDocument.Parse(output.ToString());
        json.RootElement[0].GetProperty("faces").EnumerateArray().ShouldHaveSingleItem()
            .GetProperty("box").EnumerateArray().Select(value => value.GetDouble()).ShouldBe([128, 0, 64, 64]);
    }

    [Fact]
    public void A_folder_is_listed_by_name_and_a_damaged_picture_fails_alone()
    {
        Directory.CreateDirectory(In("in"));
        Save("in/b.png", 64, 64, x: 0, y: 0);
        Save("in/c.png", 64, 64, x: 200, y: 200);
        File.WriteAllText(In("in/a.jpg"), "no picture");

        Detect(In("in")).ShouldBe(1);

        output.ToString().ShouldContain($"{In("in/b.png")}: 64x64, 1 face");
        output.ToString().ShouldContain($"{In("in/c.png")}: 64x64, 0 faces");
        error.Lines().Count(line => line.StartsWith($"'{In("in/a.jpg")}'", StringComparison.Ordinal)).ShouldBe(1);
    }

    [Fact]
    public void A_model_of_another_task_is_refused()
    {
        Save("a.png", 64, 64, x: 0, y: 0);
        StandIn.Write(In("repeat.onnx"));

        Run(["detect", In("a.png"), "--model", In("repeat.onnx")]).ShouldBe(1);

        error.ToString().ShouldContain($"'{In("repeat.onnx")}' is no face detector.");
    }

    private int Detect(params string[] args) => Run(["detect", .. args, "--model", In("bright.onnx")]);

    private int Run(string[] args) =>
        RevisageCommand.Run(args, [], new InvocationConfiguration { Output = output, Error = error, EnableDefaultExceptionHandler = false });

    private string In(string name) => Path.Combine(folder, name);

    /// <summary>Black, with a white square.</summary>
    private void Save(string name, int width, int height, int x, int y, int side = 32)
    {
        var pixels = new float[3 * width * height];
        for (var i = 0; i < pixels.Length; i++)
        {
            var (row, column) = Math.DivRem(i % (width * height), width);
            pixels[i] = row >= y && row < y + side && column >= x && column < x + side ? 1 : 0;
        }

        ImageFile.Save(new Image(width, height, pixels), In(name));
    }
}
