using System.CommandLine;
using Revisage.Cli;
using Revisage.Imaging;

namespace Revisage.Tests.Cli;

/// <summary>The command on a model that repeats each pixel 8x8 times, so that results are known.</summary>
public sealed class UpscaleCommandTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("revisage-").FullName;
    private readonly StringWriter output = new();
    private readonly StringWriter error = new();

    public UpscaleCommandTests()
    {
        StandIn.Write(In("repeat.onnx"));
        // What is said once is remembered here, and not for the person who runs the tests.
        Environment.SetEnvironmentVariable("XDG_CONFIG_HOME", In("config"));
    }

    public void Dispose()
    {
        Directory.Delete(folder, recursive: true);
        output.Dispose();
        error.Dispose();
    }

    [Fact]
    public void A_face_becomes_eight_times_as_large()
    {
        var face = Save("face.png", 16, 16);

        Upscale(face, "-o", In("out")).ShouldBe(0);

        var large = ImageFile.Load(In("out/face.png"));
        (large.Width, large.Height).ShouldBe((128, 128));
        large.Pixels[(8 * 3) * 128 + (8 * 5)].ShouldBe(ImageFile.Load(face).Pixels[3 * 16 + 5]);
    }

    [Fact]
    public void One_face_goes_to_the_picture_that_is_named()
    {
        Upscale(Save("face.png", 16, 16), "-o", In("big.jpg")).ShouldBe(0);
        ImageFile.Load(In("big.jpg")).Width.ShouldBe(128);
    }

    [Fact]
    public void A_crop_of_another_size_is_brought_to_the_models_and_that_is_said()
    {
        var wide = Save("wide.png", 60, 40);

        Upscale(wide, "-o", In("out")).ShouldBe(0);

        error.ToString().ShouldContain($"'{wide}' is 60x40; its centre was brought to the model's 16x16");
        var small = PillowResize.Resize(ImageFile.Load(wide).CentralSquare(), 16, 16, ResampleFilter.Bicubic);
        var large = ImageFile.Load(In("out/wide.png"));
        PillowResize.Resize(large, 16, 16, ResampleFilter.Nearest).Pixels.ShouldBe(small.Pixels);
    }

    [Fact]
    public void What_cannot_be_read_fails_alone_in_one_line_each()
    {
        Save("in/a.png", 16, 16);
        File.WriteAllBytes(In("in/b.png"), []);
        File.WriteAllText(In("in/c.jpg"), "no picture at all");
        File.WriteAllBytes(In("in/d.png"), File.ReadAllBytes(Save("whole.png", 16, 16))[..60]);
        Save("in/e.png", 16, 16);

        Upscale(In("in"), In("gone.png"), "-o", In("out"), "--batch", "2").ShouldBe(1);

        Directory.GetFiles(In("out")).Select(Path.GetFileName).Order().ShouldBe(["a.png", "e.png"]);
        var lines = error.Lines();
        foreach (var bad in new[] { "in/b.png", "in/c.jpg", "in/d.png", "gone.png" })
        {
            lines.Count(line => line.StartsWith($"'{In(bad)}'", StringComparison.Ordinal)).ShouldBe(1, bad);
        }

        lines[^1].ShouldBe("2 done, 4 failed.");
    }

    [Fact]
    public void A_result_that_cannot_be_written_names_the_face_and_leaves_nothing()
    {
        // A file in the folder's place stops even root.
        File.WriteAllText(In("taken"), "");

        Upscale(Save("face.png", 16, 16), "-o", In("taken/out")).ShouldBe(1);

        error.ToString().ShouldContain($"The result of '{In("face.png")}' is lost.");
        File.ReadAllText(In("taken")).ShouldBeEmpty();
    }

    [Fact]
    public void The_licence_of_the_training_data_is_said_once()
    {
        var face = Save("face.png", 16, 16);
        Upscale(face, "-o", In("out")).ShouldBe(0);
        Upscale(face, "-o", In("out")).ShouldBe(0);

        error.Lines().ShouldBe(["Model 'repeat' was trained on drawn faces: CC0-1.0. (Said once.)"]);
    }

    [Fact]
    public void Several_faces_and_one_picture_to_write_is_a_usage_error()
    {
        Upscale(Save("a.png", 16, 16), Save("b.png", 16, 16), "-o", In("big.png")).ShouldBe(2);
        File.Exists(In("big.png")).ShouldBeFalse();
    }

    [Fact]
    public void A_model_that_is_not_there_is_something_missing()
    {
        Run("upscale", Save("face.png", 16, 16), "-o", In("out"), "--model", In("none.onnx")).ShouldBe(3);
        error.ToString().ShouldContain("There is no model file");
    }

    [Fact]
    public void A_damaged_model_is_one_line()
    {
        File.WriteAllBytes(In("bad.onnx"), File.ReadAllBytes(In("repeat.onnx"))[..200]);

        Run("upscale", Save("face.png", 16, 16), "-o", In("out"), "--model", In("bad.onnx")).ShouldBe(1);
        error.ToString().Trim().ShouldNotContain("\n");
        error.ToString().ShouldContain("bad.onnx");
    }

    [Fact]
    public void A_guided_model_is_shown_the_reference_and_its_size_is_said()
    {
        StandIn.WriteGuided(In("echo.onnx"));
        var photo = Save("photo.png", 200, 150);

        Run("upscale", Save("a.png", 16, 16), Save("b.png", 16, 16), "-o", In("out"), "--model", In("echo.onnx"), "--reference", photo).ShouldBe(0);

        error.ToString().ShouldContain($"'{photo}' is 200x150; its centre was brought to the model's 128x128 by antialiased bicubic resizing.");
        var shown = PillowResize.Resize(ImageFile.Load(photo).CentralSquare(), 128, 128, ResampleFilter.Bicubic);
        ImageFile.Load(In("out/a.png")).Pixels.ShouldBe(shown.Pixels);
        ImageFile.Load(In("out/b.png")).Pixels.ShouldBe(shown.Pixels);
    }

    [Fact]
    public void A_reference_of_the_models_size_is_taken_as_it_is()
    {
        StandIn.WriteGuided(In("echo.onnx"));
        var photo = Save("photo.png", 128, 128);

        Run("upscale", Save("a.png", 16, 16), "-o", In("out"), "--model", In("echo.onnx"), "-r", photo).ShouldBe(0);

        error.ToString().ShouldNotContain("brought");
        ImageFile.Load(In("out/a.png")).Pixels.ShouldBe(ImageFile.Load(photo).Pixels);
    }

    [Fact]
    public void A_guided_model_without_a_reference_and_a_reference_without_one_are_usage_errors()
    {
        StandIn.WriteGuided(In("echo.onnx"));
        var face = Save("face.png", 16, 16);

        Run("upscale", face, "-o", In("out"), "--model", In("echo.onnx")).ShouldBe(2);
        Upscale(face, "-o", In("out"), "--reference", face).ShouldBe(2);

        error.ToString().ShouldBe(
            "Model 'echo' looks at another photograph of the same person. Name one with --reference PHOTO, or choose a model that needs none with --model." + Environment.NewLine
            + "Model 'repeat' looks at no other photograph, so --reference has no use. Leave it out, or choose a guided model with --model." + Environment.NewLine);
        Directory.Exists(In("out")).ShouldBeFalse();
    }

    [Fact]
    public void A_reference_that_cannot_be_read_is_one_line()
    {
        StandIn.WriteGuided(In("echo.onnx"));

        Run("upscale", Save("face.png", 16, 16), "-o", In("out"), "--model", In("echo.onnx"), "--reference", In("none.png")).ShouldBe(1);

        error.ToString().ShouldContain($"'{In("none.png")}'");
    }

    private string In(string path) => Path.Combine(folder, path);

    private string Save(string path, int width, int height)
    {
        var random = new Random(width);
        Directory.CreateDirectory(Path.GetDirectoryName(In(path))!);
        ImageFile.Save(new Image(width, height, [.. Enumerable.Range(0, 3 * width * height).Select(_ => random.NextSingle())]), In(path));
        return In(path);
    }

    private int Upscale(params string[] args) => Run(["upscale", .. args, "--model", In("repeat.onnx")]);

    private int Run(params string[] args) =>
        RevisageCommand.Run(args, [], new InvocationConfiguration { Output = output, Error = error, EnableDefaultExceptionHandler = false });
}
