using System.CommandLine;
using System.Text.Json;
using Revisage.Data;
using Revisage.Data.Cli;
using Revisage.Data.Packed;
using Revisage.Imaging;
using Revisage.Tests;

namespace Revisage.Training.Tests.Cli;

/// <summary>The command on a folder of prepared crops, which need no detector, and on real photographs.</summary>
public sealed class PrepareCommandTests : IDisposable
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
    public void Prepared_crops_become_a_set_that_checks_and_a_second_run_adds_nothing()
    {
        WriteCrops("one", "two");

        Run(In("crops"), "-o", In("set")).ShouldBe(0);
        Run(In("crops"), "-o", In("set"), "--sheet", In("sheet.png")).ShouldBe(0);
        Run(In("set"), "--check").ShouldBe(0);

        using var set = PackedSet.Open(In("set"));
        set.Faces.Select(face => (face.Set, face.Name, face.Split)).ShouldBe([("one", "one/0.png", "train"), ("two", "two/0.png", "train")]);
        set.Faces.ShouldAllBe(face => face.Parsing == ParsingSource.Landmarks);
        set.Manifest.Sources.Select(source => (source.Set, source.Crop, source.Pictures)).ShouldBe([("one", "as it came", 1), ("two", "as it came", 1)]);
        ImageFile.Load(In("sheet.png")).Width.ShouldBe(320);
        output.ToString().ShouldContain("2 pictures, 2 faces kept, 0 from before, 0 rejected");
        output.ToString().ShouldContain("2 pictures, 0 faces kept, 2 from before, 0 rejected");
        output.ToString().ShouldContain("is whole: 2 faces");
        error.Lines().ShouldBeEmpty();
    }

    [Fact]
    public void Failures_are_lines_of_their_own_up_to_twenty_and_all_are_in_the_report()
    {
        WriteCrops([.. Enumerable.Range(0, 25).Select(i => $"s{i:00}")]);
        foreach (var set in Directory.GetDirectories(In("crops")).Order().Skip(1))
        {
            File.WriteAllText(Path.Combine(set, "0.png"), "no picture");
        }

        Run(In("crops"), "-o", In("set")).ShouldBe(1);

        var lines = error.Lines();
        lines.Length.ShouldBe(21);
        lines[0].ShouldStartWith("s01: 's01/0.png': damaged picture (");
        lines[20].ShouldStartWith("4 more are in '");
        using var report = JsonDocument.Parse(File.ReadAllText(In("set/prepare-report.json")));
        report.RootElement.GetProperty("rejected").GetArrayLength().ShouldBe(24);
        PackedSet.IsAt(In("set")).ShouldBeTrue();
    }

    [Fact]
    public void A_folder_without_a_face_gives_no_set_and_says_so()
    {
        Directory.CreateDirectory(In("photos"));
        File.WriteAllText(In("photos/a.png"), "no picture");

        Run(In("photos"), "-o", In("set"), "--sheet", In("sheet.png")).ShouldBe(1);

        File.Exists(In("set/manifest.json")).ShouldBeFalse();
        File.Exists(In("sheet.png")).ShouldBeFalse();
        error.ToString().ShouldContain("No picture gave a face");
    }

    [Fact]
    public void A_damaged_set_does_not_check()
    {
        WriteCrops("one", "two");
        Run(In("crops"), "-o", In("set"));
        var pack = In("set/faces-000.pack");
        var bytes = File.ReadAllBytes(pack);
        bytes[200] ^= 0xFF;
        File.WriteAllBytes(pack, bytes);

        Run("--check", In("set")).ShouldBe(1);

        error.ToString().ShouldContain("faces-000.pack");
    }

    [Fact]
    public void A_sheet_that_cannot_be_drawn_or_would_replace_a_face_is_refused_before_the_work()
    {
        WriteCrops("one", "two");

        Run(In("crops"), "-o", In("set"), "--sheet", In("sheet.bmp")).ShouldBe(1);
        Run(In("crops"), "-o", In("set"), "--sheet", In("crops/one/0.png")).ShouldBe(1);

        error.Lines().ShouldBe(
        [
            $"--sheet is '{In("sheet.bmp")}', but takes a picture that is written here. Choose one of .png, .jpg, .jpeg, .webp, .tif, .tiff.",
            $"--sheet '{In("crops/one/0.png")}' would replace a file that is read. Choose another name.",
        ]);
        Directory.Exists(In("set")).ShouldBeFalse();
    }

    [Theory]
    [InlineData("photos")]
    [InlineData("photos", "-o", "set", "--check")]
    [InlineData("photos", "-o", "set", "--crop", "round")]
    [InlineData("photos", "-o", "set", "--size", "100")]
    [InlineData("photos", "-o", "set", "--low-quality", "--crop", "box")]
    public void Wrong_usage_is_refused_before_anything_is_read(params string[] arguments) =>
        PrepareCommand.Create().Parse(arguments).Errors.ShouldNotBeEmpty();

    [FacesFact]
    [Trait("Category", "dlib")]
    public void Press_photographs_are_found_cut_and_described_by_dlib()
    {
        Run(Path.Combine(FacesFactAttribute.Folder, "photos", "press"), "-o", In("set"), "--size", "256").ShouldBe(0);

        using var set = PackedSet.Open(In("set"));
        set.Faces.Count.ShouldBe(64);
        set.Faces.ShouldAllBe(face => face.Set == "press" && face.Split == "test" && face.Landmarks != null && face.Width == face.Hr / 4 * 5);
        set.Faces.Select(face => face.Hr).Distinct().Order().ShouldBe([128, 256]);
        // By the convention, the landmarks' larger extent is the face's side over 1.45.
        foreach (var face in set.Faces)
        {
            var (min, max) = face.Landmarks!.Bounds();
            Math.Max(max.X - min.X, max.Y - min.Y).ShouldBe(face.Hr / 1.45f, 0.01f);
        }
    }

    private int Run(params string[] arguments)
    {
        try
        {
            return PrepareCommand.Create().Parse(arguments).InvokeAsync(
                new InvocationConfiguration { Output = output, Error = error, EnableDefaultExceptionHandler = false }).GetAwaiter().GetResult();
        }
        catch (RevisageException e)
        {
            error.WriteLine(e.Message);
            return 1;
        }
    }

    private void WriteCrops(params string[] sets)
    {
        var index = new List<string> { "file,split,hr" };
        var landmarks = new List<string> { "file," + string.Join(',', Enumerable.Range(0, 68).Select(i => $"x{i},y{i}")) };
        var points = string.Join(',', Enumerable.Range(0, 68).Select(i => $"{20 + i},{20 + i}"));
        foreach (var set in sets)
        {
            ImageFile.Save(new Image(128, 128, new float[3 * 128 * 128]), Path.Combine(In("crops"), set, "0.png"));
            index.Add($"{set}/0.png,train,128");
            landmarks.Add($"{set}/0.png,{points}");
        }

        File.WriteAllLines(In("crops/index.csv"), index);
        File.WriteAllLines(In("crops/landmarks.csv"), landmarks);
    }

    private string In(string name) => Path.Combine(folder, name);
}
