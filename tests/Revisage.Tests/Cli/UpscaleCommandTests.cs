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

        error.ToString().ShouldContain($"'{wide}' is 60x40; its centre is brought to the model's 16x16 by antialiased bicubic resizing. No installed model was trained for that size.");
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
        // A folder in the file's place stops even root.
        Directory.CreateDirectory(In("out/face.png"));

        Upscale(Save("face.png", 16, 16), Save("other.png", 16, 16), "-o", In("out")).ShouldBe(1);

        error.ToString().ShouldContain($"The result of '{In("face.png")}' is lost.");
        Directory.GetFileSystemEntries(In("out")).Select(Path.GetFileName).Order().ShouldBe(["face.png", "other.png"]);
    }

    [Fact]
    public void A_folder_that_cannot_be_written_to_is_found_before_the_first_face()
    {
        File.WriteAllText(In("taken"), "");

        Upscale(Save("a.png", 16, 16), Save("b.png", 16, 16), "-o", In("taken/out")).ShouldBe(1);

        error.Lines().ShouldHaveSingleItem().ShouldContain($"'{In("taken")}' is a file, not a folder.");
        File.ReadAllText(In("taken")).ShouldBeEmpty();
    }

    [Fact]
    public void What_is_left_out_is_said_before_the_work_and_files_are_known_by_content()
    {
        Directory.CreateDirectory(In("in"));
        File.Move(Save("face.png", 16, 16), In("in/unnamed"));
        File.WriteAllBytes(In("in/b.bmp"), [.. "BM"u8, 0, 0]);
        File.WriteAllText(In("in/c.txt"), "notes");

        Upscale(In("in"), "-o", In("in/out")).ShouldBe(0);
        Upscale(In("in"), "-o", In("in/out")).ShouldBe(0);

        Directory.GetFiles(In("in/out")).Select(Path.GetFileName).ShouldBe(["unnamed.png"]);
        error.Lines().Count(line => line == $"2 files of '{In("in")}' are left out, which are no pictures that are read here (first: '{In("in/b.bmp")}').").ShouldBe(2);
    }

    [Fact]
    public void Further_frames_are_said_to_be_left_out()
    {
        byte[] frame = [0x2C, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x44, 1, 0];
        File.WriteAllBytes(In("film.gif"), [.. "GIF89a"u8, 1, 0, 1, 0, 0x80, 0, 0, 10, 20, 30, 255, 255, 255, .. frame, .. frame, 0x3B]);

        Upscale(In("film.gif"), "-o", In("out")).ShouldBe(0);

        error.ToString().ShouldContain($"'{In("film.gif")}' has 1 further frame, which is left out.");
    }

    [Fact]
    public void A_reference_that_is_the_face_itself_or_too_small_is_refused_before_the_first_face()
    {
        StandIn.WriteGuided(In("echo.onnx"));
        var face = Save("face.png", 16, 16);
        File.Copy(face, In("copy.png"));
        var tiny = Save("tiny.png", 63, 200);

        Run("upscale", face, "-o", In("out"), "--model", In("echo.onnx"), "-r", In("copy.png")).ShouldBe(2);
        Run("upscale", face, "-o", In("out"), "--model", In("echo.onnx"), "-r", tiny).ShouldBe(2);

        error.ToString().ShouldBe(
            $"--reference '{In("copy.png")}' is the face '{face}' itself, so it tells nothing more. Name another photograph of the person." + Environment.NewLine
            + $"--reference '{tiny}' is 63x200, too small to show a face at 128x128. Name a photograph of 64x64 or more." + Environment.NewLine);
        Directory.Exists(In("out")).ShouldBeFalse();
    }

    [Fact]
    public void A_reference_is_never_replaced_by_a_result()
    {
        StandIn.WriteGuided(In("echo.onnx"));
        var photo = Save("out/face.png", 128, 128);

        Run("upscale", Save("face.png", 16, 16), "-o", In("out"), "--model", In("echo.onnx"), "-r", photo).ShouldBe(2);

        error.ToString().ShouldContain($"would replace '{photo}', which is read too.");
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
