using System.CommandLine;
using Revisage.Cli;
using Revisage.Imaging;

namespace Revisage.Tests.Cli;

/// <summary>What <c>evaluate</c> says of its inputs and outputs before it compares anything.</summary>
public sealed class EvaluateInputTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("revisage-").FullName;
    private readonly StringWriter output = new();
    private readonly StringWriter error = new();

    public EvaluateInputTests()
    {
        StandIn.Write(In("repeat.onnx"));
        Directory.CreateDirectory(In("faces"));
        for (var i = 0; i < 2; i++)
            Save($"faces/{i}.png", 128);
    }

    public void Dispose()
    {
        Directory.Delete(folder, recursive: true);
        output.Dispose();
        error.Dispose();
    }

    [Theory]
    [InlineData("bicubic", "bicubic")]
    [InlineData("nearest,MODEL", "nearest repeat")]
    [InlineData("MODEL", "nearest bilinear bicubic repeat")]
    public void Interpolation_is_a_candidate_like_others_and_there_unless_some_is_named(string models, string compared)
    {
        Run("--model", models.Replace("MODEL", In("repeat.onnx"), StringComparison.Ordinal)).ShouldBe(0);

        string[] known = ["nearest", "bilinear", "bicubic", "repeat"];
        output.ToString().Split('\n').Select(line => line.Split(' ')[0]).Where(known.Contains).ShouldBe(compared.Split(' '), ignoreOrder: true);
    }

    [Fact]
    public void Interpolation_has_nothing_to_do_where_pictures_are_compared_as_they_are()
    {
        Run("--model", "bicubic", "--protocol", "files", "--sr", In("faces")).ShouldBe(1);
        error.ToString().ShouldContain("'bicubic' enlarges small faces, but files compares pictures as they are.");
    }

    [Fact]
    public void Every_picture_that_is_of_no_use_is_told_at_once()
    {
        File.WriteAllText(In("faces/a.png"), "no picture");
        Save("faces/b.png", 64);
        File.WriteAllBytes(In("faces/c.png"), File.ReadAllBytes(In("faces/1.png"))[..500]);

        Run("--model", "bicubic").ShouldBe(1);

        error.Lines().Length.ShouldBe(3);
        foreach (var name in new[] { "a", "b", "c" })
            error.Lines().Count(line => line.StartsWith($"'{In($"faces/{name}.png")}' ", StringComparison.Ordinal)).ShouldBe(1, name);
    }

    [Fact]
    public void Every_result_and_every_photograph_of_a_person_that_is_of_no_use_is_told_at_once()
    {
        Directory.CreateDirectory(In("mine"));
        File.WriteAllText(In("mine/0.png"), "no picture");
        File.WriteAllText(In("mine/1.png"), "nor this");

        Run("--sr", In("mine")).ShouldBe(1);
        error.Lines().Length.ShouldBe(2);

        File.Copy(In("mine/0.png"), In("faces/2.png"));
        File.Copy(In("mine/0.png"), In("faces/3.png"));
        File.WriteAllLines(In("faces/index.csv"), ["file,set,split,hr,identity", "0.png,a,val,128,Ann", "2.png,a,val,128,Ann", "1.png,a,val,128,Bob", "3.png,a,val,128,Bob"]);
        Run("--protocol", "revisage-8x-guided", "--model", "bicubic").ShouldBe(1);
        error.Lines().Length.ShouldBe(4);
    }

    [Fact]
    public void An_unknown_protocol_is_wrong_usage_with_the_nearest()
    {
        Run("--protocol", "revisage8x").ShouldBe(2);
        error.ToString().ShouldStartWith("There is no protocol 'revisage8x'.");
        error.ToString().ShouldContain("Did you mean 'revisage-8x'?");

        Run("--against", "bicubik", "--model", In("repeat.onnx")).ShouldBe(2);
        error.ToString().ShouldContain("Did you mean 'bicubic'?");
    }

    [Fact]
    public void Outputs_are_looked_at_before_the_comparison()
    {
        File.WriteAllLines(In("faces/index.csv"), ["file,set,split,hr", "0.png,a,val,128", "1.png,a,val,128"]);
        File.WriteAllText(In("taken"), "");

        Run("--model", "bicubic", "--csv", In("faces/index.csv")).ShouldBe(2);
        Run("--model", "bicubic", "--html", In("faces/0.png")).ShouldBe(2);
        Run("--model", "bicubic", "--csv", In("one"), "--json", In("./one")).ShouldBe(2);
        Run("--model", "bicubic", "--csv", In("taken/scores.csv")).ShouldBe(1);

        error.Lines().ShouldBe(
        [
            $"--csv '{In("faces/index.csv")}' would replace a file that is read. Choose another name.",
            $"--html '{In("faces/0.png")}' would replace a file that is read. Choose another name.",
            $"--csv and --json name one file, '{In("one")}'. Name two.",
            $"Cannot write '{In("taken/scores.csv")}': '{In("taken")}' is a file, not a folder. Choose another folder with -o.",
        ]);
        output.ToString().ShouldBeEmpty();
    }

    [Fact]
    public void What_is_no_picture_is_counted_and_named()
    {
        File.WriteAllText(In("faces/notes.txt"), "notes");

        Run("--model", "bicubic").ShouldBe(0);

        error.ToString().ShouldContain($"'{In("faces/notes.txt")}' is left out: it is no picture that is read here.");
    }

    private string In(string path) => Path.Combine(folder, path);

    private void Save(string path, int side)
    {
        var random = new Random(path[^5]);
        ImageFile.Save(new Image(side, side, [.. Enumerable.Range(0, 3 * side * side).Select(_ => random.NextSingle())]), In(path));
    }

    private int Run(params string[] args) =>
        RevisageCommand.Run(["evaluate", "--data", In("faces"), .. args], [], new InvocationConfiguration { Output = output, Error = error, EnableDefaultExceptionHandler = false });
}
