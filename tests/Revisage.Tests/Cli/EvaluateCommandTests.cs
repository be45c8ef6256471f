using System.CommandLine;
using System.Text.Json;
using Revisage.Cli;
using Revisage.Cli.Commands;
using Revisage.Imaging;

namespace Revisage.Tests.Cli;

public sealed class EvaluateCommandTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("revisage-").FullName;
    private readonly StringWriter output = new();
    private readonly StringWriter error = new();

    public EvaluateCommandTests()
    {
        StandIn.Write(In("repeat.onnx"));
        Directory.CreateDirectory(In("faces"));
        var random = new Random(1);
        for (var i = 0; i < 4; i++)
        {
            ImageFile.Save(new Image(128, 128, [.. Enumerable.Range(0, 3 * 128 * 128).Select(_ => random.NextSingle())]), In($"faces/{i}.png"));
        }
    }

    public void Dispose()
    {
        Directory.Delete(folder, recursive: true);
        output.Dispose();
        error.Dispose();
    }

    [Fact]
    public void A_model_that_repeats_pixels_scores_as_nearest_does()
    {
        Run("--json").ShouldBe(0);

        using var report = JsonDocument.Parse(output.ToString());
        var models = report.RootElement.GetProperty("models").EnumerateArray().ToDictionary(model => model.GetProperty("name").GetString()!);
        models["repeat"].GetProperty("psnr").GetDouble().ShouldBe(models["nearest"].GetProperty("psnr").GetDouble(), 1e-9);
        models["repeat"].GetProperty("lpips").ValueKind.ShouldBe(JsonValueKind.Null);
        report.RootElement.GetProperty("protocol").GetProperty("images").GetInt32().ShouldBe(4);
    }

    [Fact]
    public void A_limit_takes_fewer_and_the_table_says_how_many()
    {
        Run("--limit", "2").ShouldBe(0);
        output.ToString().ShouldStartWith("revisage-8x: 2 faces; central squares, 16 to 128 pixels (8x), small faces by bicubic, PSNR and SSIM of RGB, no border cut");
    }

    [Fact]
    public void Test_faces_are_compared_unless_another_split_is_named_and_every_output_says_which()
    {
        File.WriteAllLines(In("faces/index.csv"), ["file,set,split,hr", "0.png,a,train,128", "1.png,a,val,128", "2.png,a,test,128", "3.png,a,test,128"]);

        Run("--json", In("test.json"), "--html", In("test.html")).ShouldBe(0);
        Run("--split", "val").ShouldBe(0);

        output.ToString().ShouldContain("revisage-8x: 1 face, split val; ");
        File.ReadAllText(In("test.html")).ShouldContain("2 faces, split test.");
        using var report = JsonDocument.Parse(File.ReadAllText(In("test.json")));
        report.RootElement.GetProperty("protocol").GetProperty("split").GetString().ShouldBe("test");
        report.RootElement.GetProperty("protocol").GetProperty("images").GetInt32().ShouldBe(2);
    }

    [Fact]
    public void The_csv_has_a_row_for_each_model_and_face()
    {
        Run("--csv", In("scores.csv")).ShouldBe(0);

        File.ReadAllLines(In("scores.csv")).Count(row => row.StartsWith("revisage-8x,repeat,", StringComparison.Ordinal)).ShouldBe(4);
    }

    [Theory]
    [InlineData(1.234, "+1.23")]
    [InlineData(-1.236, "-1.24")]
    [InlineData(-0.004, "+0.00")]
    [InlineData(0, "+0.00")]
    public void Gains_have_one_sign(double gain, string text) => EvaluateCommand.Signed(gain).ShouldBe(text);

    [Fact]
    public void The_page_is_written_whole()
    {
        Run("--html", In("page.html")).ShouldBe(0);

        var page = File.ReadAllText(In("page.html"));
        page.ShouldContain("repeat");
        page.ShouldContain("data:image/png;base64,");
        page.TrimEnd().ShouldEndWith("</html>");
    }

    [Fact]
    public void Raters_are_asked_and_their_answers_read()
    {
        Run("--mos", In("rate.html"), "--mos-faces", "1").ShouldBe(0);
        error.ToString().ShouldContain($"'{In("rate.html")}' is for the raters; '{In("rate.key.json")}' says whose picture is which, and is not.");
        File.ReadAllText(In("rate.html")).ShouldNotContain("\"repeat\"");
        using var key = JsonDocument.Parse(File.ReadAllText(In("rate.key.json")));
        var pictures = key.RootElement.GetProperty("pictures").EnumerateArray().Select(picture => picture.GetProperty("id").GetString()!).ToArray();
        pictures.Length.ShouldBe(5, "nearest, bilinear, bicubic, repeat and the true face");
        File.WriteAllText(In("ann.json"), JsonSerializer.Serialize(new { kit = key.RootElement.GetProperty("kit").GetString(), rater = "Ann", ratings = pictures.ToDictionary(id => id, _ => 4) }));

        RevisageCommand.Run(["evaluate", "--mos-results", In("rate.key.json"), In("ann.json")], [], Invocation).ShouldBe(0);

        output.ToString().ShouldContain("repeat    4.00");
        Run("--mos", In("rate.html"), "--protocol", "revisage-8x,wnet-8x").ShouldBe(2);
        error.ToString().ShouldContain("A rating page is of one protocol, but --protocol names 2. Name one.");
    }

    [Fact]
    public void Without_faces_there_is_nothing_to_compare()
    {
        RevisageCommand.Run(["evaluate"], [], Invocation).ShouldBe(2);
        error.ToString().ShouldContain("Name the faces to compare on, with --data DIR.");
    }

    [Fact]
    public void Several_protocols_are_several_tables()
    {
        Run("--protocol", "revisage-8x,wnet-8x").ShouldBe(0);

        output.ToString().ShouldContain("revisage-8x: 4 faces");
        output.ToString().ShouldContain("wnet-8x: 4 faces; central squares, 16 to 128 pixels (8x), small faces by bicubic, PSNR and SSIM of luma, 8 pixels of border cut");
        output.ToString().Split('\n').Count(line => line.StartsWith("repeat ", StringComparison.Ordinal)).ShouldBe(2);
    }

    [Fact]
    public void Results_in_a_folder_are_compared_by_name()
    {
        Directory.CreateDirectory(In("mine"));
        for (var i = 0; i < 4; i++)
        {
            File.Copy(In($"faces/{i}.png"), In($"mine/{i}.png"));
        }

        Compare("--sr", In("mine")).ShouldBe(0);

        output.ToString().ShouldStartWith("files: 4 faces; pictures as they are");
        output.ToString().ShouldContain("mine   100.00  [100.00, 100.00]");
        output.ToString().ShouldContain("4 of 4 faces of 'mine' equal the true ones in every bit; their PSNR, which is infinite, counts as 100 dB.");
    }

    [Fact]
    public void Results_that_do_not_match_are_said_to()
    {
        Directory.CreateDirectory(In("mine"));
        File.Copy(In("faces/1.png"), In("mine/1.png"));

        Compare("--sr", In("mine")).ShouldBe(1);
        error.ToString().ShouldContain("'mine' has no result for 3 of 4 faces".Replace("mine", In("mine"), StringComparison.Ordinal));
        error.ToString().ShouldContain("(first: '0'; it has 1 pictures). Name each result as its true face.");

        for (var i = 0; i < 4; i++)
        {
            ImageFile.Save(new Image(64, 64, new float[3 * 64 * 64]), In($"mine/{i}.png"));
        }

        Compare("--sr", In("mine")).ShouldBe(1);
        error.ToString().ShouldContain($"'mine' has 64x64 for '{In("faces/0.png")}', which is 128x128 in files. Compare pictures of one size.");
    }

    [Fact]
    public void Pictures_too_small_to_measure_are_named()
    {
        Directory.CreateDirectory(In("tiny"));
        ImageFile.Save(new Image(40, 8, new float[3 * 40 * 8]), In("tiny/a.png"));

        RevisageCommand.Run(["evaluate", "--data", In("tiny"), "--sr", In("tiny")], [], Invocation).ShouldBe(1);

        error.ToString().ShouldContain($"'{In("tiny/a.png")}' is 40x8, but metrics look at 16 pixels a side or more. Leave it out.");
    }

    [Fact]
    public void One_face_has_no_intervals()
    {
        Run("--limit", "1").ShouldBe(0);

        output.ToString().ShouldContain("One face alone has no intervals, and no distances between sets.");
        output.ToString().ShouldNotContain("[");
    }

    [Fact]
    public void Groups_want_labels()
    {
        Run("--by", "age").ShouldBe(1);
        error.ToString().ShouldContain("--by age wants labelled faces, but none of 4");

        File.WriteAllLines(In("faces/index.csv"), ["file,set,split,hr,age", "0.png,a,val,128,5", "1.png,a,val,128,30", "2.png,a,val,128,31", "3.png,a,val,128,"]);
        Run("--by", "age").ShouldBe(0);
        output.ToString().ShouldContain("model     0 to 9 (1)  20 to 39 (2)  worst");
    }

    [Fact]
    public void A_model_that_is_compared_with_has_to_be_there()
    {
        Run("--against", "lanczos").ShouldBe(2);
        error.ToString().ShouldContain("--against names 'lanczos', but compared are nearest, bilinear, bicubic, repeat. Choose one of these.");
    }

    [Fact]
    public void A_folder_that_is_not_there_is_one_line()
    {
        RevisageCommand.Run(["evaluate", "--data", In("none"), "--model", In("repeat.onnx")], [], Invocation).ShouldBe(1);
        error.ToString().ShouldStartWith($"'{In("none")}' is no folder.");
    }

    [Fact]
    public void A_guided_model_is_compared_where_there_are_two_photographs_of_a_person()
    {
        StandIn.WriteGuided(In("echo.onnx"));
        // Unlike the noise of the others, these differ at 16 pixels: they are no photograph under two names.
        ImageFile.Save(new Image(128, 128, [.. Enumerable.Range(0, 3 * 128 * 128).Select(i => i % 128 / 128f)]), In("faces/0.png"));
        ImageFile.Save(new Image(128, 128, [.. Enumerable.Range(0, 3 * 128 * 128).Select(i => i / 128 % 128 / 128f)]), In("faces/2.png"));
        File.WriteAllLines(In("faces/index.csv"), ["file,set,split,hr,identity", "0.png,a,val,128,Ann", "1.png,a,val,128,Bob", "2.png,a,val,128,Ann", "3.png,a,val,128,"]);
        string[] guided = ["evaluate", "--data", In("faces"), "--model", $"{In("repeat.onnx")},{In("echo.onnx")}"];

        RevisageCommand.Run([.. guided, "--protocol", "revisage-8x-guided"], [], Invocation).ShouldBe(0);
        RevisageCommand.Run(guided, [], Invocation).ShouldBe(1);

        output.ToString().ShouldStartWith("revisage-8x-guided: 2 faces, split val; central squares, 16 to 128 pixels (8x), small faces by bicubic, with guides");
        output.ToString().ShouldContain("echo ");
        error.ToString().ShouldContain("'echo' looks at another photograph of the same person, and revisage-8x has none. Compare by 'revisage-8x-guided', or leave it out.");
    }

    private InvocationConfiguration Invocation => new() { Output = output, Error = error, EnableDefaultExceptionHandler = false };

    private string In(string path) => Path.Combine(folder, path);

    private int Compare(params string[] args) => RevisageCommand.Run(["evaluate", "--data", In("faces"), .. args], [], Invocation);

    private int Run(params string[] args) =>
        RevisageCommand.Run(["evaluate", "--data", In("faces"), "--model", In("repeat.onnx"), .. args], [], Invocation);
}
