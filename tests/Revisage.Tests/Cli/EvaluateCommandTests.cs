using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Revisage.Cli;
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
        output.ToString().ShouldStartWith("revisage-8x: 2 faces, 8x to 128 pixels");
    }

    [Fact]
    public void The_csv_has_a_row_for_each_model_and_set()
    {
        Run("--csv", In("scores.csv")).ShouldBe(0);

        var rows = File.ReadAllLines(In("scores.csv"));
        rows[0].ShouldBe("model,set,images,psnr,psnr_y,ssim");
        rows.Count(row => row.StartsWith("repeat,", StringComparison.Ordinal)).ShouldBe(2);
        double.Parse(rows[1].Split(',')[3], CultureInfo.InvariantCulture).ShouldBeInRange(5, 20);
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

        output.ToString().ShouldStartWith("revisage-8x-guided: 2 faces, 8x to 128 pixels");
        output.ToString().ShouldContain("echo ");
        error.ToString().ShouldContain("'echo' looks at another photograph of the same person, and revisage-8x has none. Compare by 'revisage-8x-guided', or leave it out.");
    }

    private InvocationConfiguration Invocation => new() { Output = output, Error = error, EnableDefaultExceptionHandler = false };

    private string In(string path) => Path.Combine(folder, path);

    private int Run(params string[] args) =>
        RevisageCommand.Run(["evaluate", "--data", In("faces"), "--model", In("repeat.onnx"), .. args], [], Invocation);
}
