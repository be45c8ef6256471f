using System.CommandLine;
using Revisage.Data.Cli;
using Revisage.Imaging;
using Revisage.Restoration;
using Revisage.Training.Layers;
using Revisage.Training.Onnx;
using Revisage.Training.Tests.Samples;

namespace Revisage.Training.Tests.Cli;

/// <summary>The command on drawn faces, and on a model that repeats each pixel 8x8 times.</summary>
public sealed class SamplesCommandTests(SamplesCommandTests.Photographs photographs) : IClassFixture<SamplesCommandTests.Photographs>, IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("revisage-").FullName;
    private readonly StringWriter output = new();
    private readonly StringWriter error = new();

    public void Dispose()
    {
        Directory.Delete(folder, recursive: true);
        output.Dispose();
        error.Dispose();
    }

    [Fact]
    public void Faces_are_pictures_of_16_pixels_with_a_readme_and_the_same_each_time()
    {
        Run("--data", photographs.Folder, "-o", In("one"), "--count", "3", "--seed", "5", "--terms", "tests").ShouldBe(0);
        Run("--data", photographs.Folder, "-o", In("two"), "--count", "3", "--seed", "5").ShouldBe(0);

        Directory.GetFiles(In("one/faces")).Select(Path.GetFileName).Order().ShouldBe(["face-01.png", "face-02.png", "face-03.png"]);
        foreach (var file in Directory.GetFiles(In("one/faces")))
        {
            var face = ImageFile.Load(file);
            (face.Width, face.Height).ShouldBe((16, 16));
            File.ReadAllBytes(Path.Combine(In("two/faces"), Path.GetFileName(file))).ShouldBe(File.ReadAllBytes(file));
        }

        var readme = File.ReadAllText(In("one/README.md"));
        readme.ShouldContain("revisage samples --data DIR -o samples --count 3 --seed 5\n");
        readme.ShouldContain("220 training photographs");
        readme.ShouldContain("may be used for tests");
        readme.ShouldContain(output.ToString().Split('\n')[0]);
        Directory.Exists(In("one/large")).ShouldBeFalse();
    }

    [Fact]
    public void With_a_model_the_same_faces_are_there_enlarged()
    {
        WriteModel(In("repeat.onnx"), 16);

        Run("--data", photographs.Folder, "-o", In("samples"), "--count", "2", "--model", In("repeat.onnx")).ShouldBe(0);

        foreach (var name in new[] { "face-01.png", "face-02.png" })
        {
            var large = ImageFile.Load(In("samples/large/" + name));
            (large.Width, large.Height).ShouldBe((128, 128));
            PillowResize.Resize(large, 16, 16, ResampleFilter.Nearest).Pixels.ShouldBe(ImageFile.Load(In("samples/faces/" + name)).Pixels);
        }

        File.ReadAllText(In("samples/README.md")).ShouldContain("`repeat`, which was trained on\ndrawn faces (CC0-1.0)");
    }

    [Fact]
    public void A_model_of_another_size_is_refused_before_any_work()
    {
        WriteModel(In("repeat.onnx"), 32);

        Should.Throw<RevisageException>(() => Run("--data", In("gone"), "-o", In("samples"), "--model", In("repeat.onnx"))).Message
            .ShouldBe("Model 'repeat' takes faces of 32x32, but samples are 16x16. Choose another.");
    }

    [Fact]
    public void A_picture_that_cannot_be_read_is_named_and_nothing_is_written()
    {
        Directory.CreateDirectory(In("data"));
        File.WriteAllText(In("data/broken.png"), "no picture");

        Should.Throw<RevisageException>(() => Run("--data", In("data"), "-o", In("samples"))).Message.ShouldContain("broken.png");
        Directory.Exists(In("samples")).ShouldBeFalse();
    }

    [Fact]
    public void Photographs_are_painted_around_the_faces_of_a_folder()
    {
        Run("--data", photographs.Folder, "-o", In("samples"), "--count", "2").ShouldBe(0);
        Run("--photographs", In("samples/faces"), "-o", In("whole")).ShouldBe(0);

        Directory.GetFiles(In("whole")).Select(Path.GetFileName).Order().ShouldBe(["lake.jpg", "park.jpg", "stand.jpg"]);
        ImageFile.SizeOf(In("whole/lake.jpg")).ShouldBe((1050, 1400));
        output.ToString().ShouldContain("park.jpg: 1200x830, 8 faces of ");
    }

    [Fact]
    public void Photographs_want_faces_of_16_pixels_and_no_data()
    {
        Should.Throw<UsageException>(() => Run("-o", In("samples"))).Message.ShouldContain("--data DIR, or one of samples with --photographs DIR");
        Should.Throw<UsageException>(() => Run("--photographs", photographs.Folder, "--data", photographs.Folder, "-o", In("samples"))).Message.ShouldContain("Leave out --data");
        Should.Throw<RevisageException>(() => Run("--photographs", photographs.Folder, "-o", In("samples"))).Message.ShouldContain("is 128x128, but samples are 16x16");
    }

    [Fact]
    public void None_are_not_drawn()
    {
        SamplesCommand.Create().Parse(["--data", photographs.Folder, "-o", In("samples"), "--count", "0"]).Errors.Single().Message
            .ShouldBe("--count is 0, but takes 1 or more.");
    }

    private static void WriteModel(string path, int side)
    {
        var card = new ModelCard
        {
            Name = "repeat",
            Method = "repeat",
            Citation = "none",
            Scale = 8,
            Input = new PixelSize(side, side),
            Output = new PixelSize(8 * side, 8 * side),
            Range = ValueRange.Unit,
            InputName = "lr",
            OutputName = "sr",
            Data = new TrainingData("drawn faces", "CC0-1.0"),
        };
        File.WriteAllBytes(path, OnnxExport.Record(
            "repeat", [new OnnxInput("lr", 3, side, side)], maps => [("sr", maps[0].Resize(Interpolation.Nearest, 8))],
            _ => throw new InvalidOperationException("It has no weights."), [], new Dictionary<string, string> { [OnnxModel.CardKey] = card.ToJson() }));
    }

    private string In(string path) => Path.Combine(folder, path);

    private int Run(params string[] args) => SamplesCommand.Create().Parse(args)
        .InvokeAsync(new InvocationConfiguration { Output = output, Error = error, EnableDefaultExceptionHandler = false })
        .GetAwaiter().GetResult();

    /// <summary>220 drawn faces of 128 pixels.</summary>
    public sealed class Photographs : IDisposable
    {
        public Photographs() => Parallel.For(0, 220, i => ImageFile.Save(DrawnFaces.Draw(i, 128), Path.Combine(Folder, $"{i:000}.png")));

        public string Folder { get; } = Directory.CreateTempSubdirectory("revisage-").FullName;

        public void Dispose() => Directory.Delete(Folder, recursive: true);
    }
}
