using System.CommandLine;
using System.Text.Json;
using Revisage.Cli;
using Revisage.Photographs;
using Revisage.Restoration;
using Revisage.Tests.Photographs;

namespace Revisage.Tests.Cli;

/// <remarks>Alone, since the folder of models is the process's.</remarks>
[Collection(RunsAlone.Name)]
public sealed class EnhanceCommandTests : IDisposable
{
    private readonly StandInPhotoModels models = new();
    private readonly string folder = Directory.CreateTempSubdirectory("revisage-enhance-").FullName;
    private readonly StringWriter error = new();

    public EnhanceCommandTests() => Environment.SetEnvironmentVariable(ModelStore.Override, models.Folder);

    public void Dispose()
    {
        Environment.SetEnvironmentVariable(ModelStore.Override, null);
        models.Dispose();
        Directory.Delete(folder, recursive: true);
        error.Dispose();
    }

    [Fact]
    public void A_folder_gives_a_result_a_photograph_in_its_own_format_and_says_what_was_done()
    {
        Save("a.png", new PixelBox(64, 32, 32, 32));
        Save("b.jpg");
        File.WriteAllText(In("notes.txt"), "no picture");

        Enhance(folder, "-o", In("out")).ShouldBe(0);

        Directory.GetFiles(In("out")).Select(Path.GetFileName).Order().ShouldBe(["a.png", "b.jpg", PhotoManifest.FileName]);
        error.ToString().ShouldContain($"{In("a.png")}: 1 face restored");
        error.ToString().ShouldContain($"{In("b.jpg")}: no face found");
        error.ToString().ShouldContain("notes.txt");
    }

    [Fact]
    public void The_report_tells_of_every_face()
    {
        Save("a.png", new PixelBox(64, 32, 32, 32), new PixelBox(0, 0, 32, 32));

        Enhance(In("a.png"), "-o", In("out.png"), "--faces", "1", "--report", In("report.json")).ShouldBe(0);

        using var json = JsonDocument.Parse(File.ReadAllText(In("report.json")));
        var photo = json.RootElement.EnumerateArray().ShouldHaveSingleItem();
        photo.GetProperty("status").GetString().ShouldBe("done");
        var faces = photo.GetProperty("faces").EnumerateArray().ToArray();
        faces.Count(face => face.TryGetProperty("model", out var model) && model.GetString() == "light-32" && face.GetProperty("identity").GetDouble() < 1).ShouldBe(1);
        faces.Count(face => face.TryGetProperty("skipped", out var why) && why.GetString() == "not among the largest").ShouldBe(1);
        File.Exists(In(PhotoManifest.FileName)).ShouldBeFalse();
    }

    [Theory]
    [InlineData("--faces", "some", "--faces is 'some', but takes all, largest, a number, or a box x,y,w,h.")]
    [InlineData("--faces", "1,2,3", "--faces is '1,2,3', but takes all, largest, a number, or a box x,y,w,h.")]
    [InlineData("--strength", "2", "--strength is 2, but takes 0 to 1.")]
    [InlineData("--scale", "0.5", "--scale is 0.5, but takes 1 to 8.")]
    [InlineData("--report", "report.txt", "--report is 'report.txt', but a report is a file that ends in .json or .html.")]
    public void What_an_option_does_not_take_is_refused_before_the_work(string option, string value, string message)
    {
        Save("a.png");

        Enhance(In("a.png"), "-o", In("out"), option, value).ShouldBe(ExitCode.Usage);

        error.ToString().ShouldContain(message);
        Directory.Exists(In("out")).ShouldBeFalse();
    }

    [Fact]
    public void A_run_goes_on_where_it_ended()
    {
        Save("a.png");
        Save("b.png");
        Enhance(folder, "-o", In("out")).ShouldBe(0);
        File.Delete(Path.Combine(In("out"), "b.png"));

        Enhance(folder, "-o", In("out"), "--resume").ShouldBe(0);

        error.ToString().ShouldContain($"{In("a.png")}: done before");
        File.Exists(Path.Combine(In("out"), "b.png")).ShouldBeTrue();
    }

    private int Enhance(params string[] args) =>
        RevisageCommand.Run(["enhance", .. args], [], new InvocationConfiguration { Error = error, EnableDefaultExceptionHandler = false });

    private void Save(string name, params PixelBox[] faces) => PhotoFile.Save(PhotoEnhancerTests.PhotoWithFaces(new PhotoLayout(3, false, 1), faces), In(name));

    private string In(string name) => Path.Combine(folder, name);
}
