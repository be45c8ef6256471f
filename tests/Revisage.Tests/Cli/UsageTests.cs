using System.CommandLine;
using System.Text;
using Revisage.Cli;
using Revisage.Restoration;

namespace Revisage.Tests.Cli;

/// <summary>Command lines that are wrong: nothing runs, and each is told in a line what was meant.</summary>
[Collection(RunsAlone.Name)]
public sealed class UsageTests : IDisposable
{
    private readonly StandInStore store = new();

    public void Dispose() => store.Dispose();

    [Theory]
    [InlineData("upscale f -o o --modle srcnn", "Unrecognized option '--modle'. Did you mean '--model'?")]
    [InlineData("upscale f -o o --modle=srcnn", "Unrecognized option '--modle=srcnn'. Did you mean '--model'?")]
    [InlineData("upscale f -o o -model srcnn", "Unrecognized option '-model'. Did you mean '--model'?")]
    [InlineData("upscale f -o --fromat", "Unrecognized option '--fromat'. Did you mean '--format'?")]
    [InlineData("upscale f -out o", "Unrecognized option '-out'. Did you mean '--output'?")]
    [InlineData("upscale f -o o --json", "Unrecognized option '--json'. Names that begin with - go behind --, and values that do behind an option and =.")]
    [InlineData("upscale -x.png -o o", "Unrecognized option '-x.png'. Names that begin with - go behind --, and values that do behind an option and =.")]
    [InlineData("bench --json --secnods 3", "Unrecognized option '--secnods'. Did you mean '--seconds'?")]
    [InlineData("--vers", "Unrecognized option '--vers'. Did you mean '--version'?")]
    [InlineData("upscal f", "Unrecognized command or argument 'upscal'. Did you mean 'upscale'?")]
    [InlineData("evalute --data d", "Unrecognized command or argument 'evalute'. Did you mean 'evaluate'?")]
    [InlineData("trian", "Unrecognized command or argument 'trian'. Did you mean 'train'?")]
    [InlineData("models verfy", "Unrecognized command or argument 'verfy'. Did you mean 'verify'?")]
    [InlineData("/?", "Unrecognized command or argument '/?'.")]
    [InlineData("upscale f -o o --format jpgg", "--format is 'jpgg', but takes png, jpg, webp, tif. Did you mean 'jpg'?")]
    [InlineData("upscale f -o o --batch many", "--batch is 'many', but takes a whole number.")]
    [InlineData("upscale f -o o --batch 0", "--batch is 0, but takes 1 to 1024.")]
    [InlineData("bench --seconds 0", "--seconds is 0, but takes 0.01 to 3600.")]
    [InlineData("bench --seconds nan", "--seconds is NaN, but takes 0.01 to 3600.")]
    [InlineData("bench --seconds soon", "--seconds is 'soon', but takes a number.")]
    [InlineData("evaluate --data d --limit x", "--limit is 'x', but takes a whole number.")]
    [InlineData("evaluate --data d --limit 0", "--limit is 0, but takes 1 or more.")]
    [InlineData("completions bsh", "shell is 'bsh', but takes bash, zsh, fish. Did you mean 'bash'?")]
    public void It_is_refused_with_the_nearest_that_there_is(string line, string told)
    {
        store.Run(line.Split(' ')).ShouldBe(2);

        store.Error.Lines()[0].ShouldBe(told);
        store.Error.Lines().Length.ShouldBe(2, "and whose help tells more");
        store.Output.ToString().ShouldBeEmpty();
    }

    [Fact]
    public void Threads_are_at_most_the_processors()
    {
        foreach (var command in new[] { "upscale f -o o", "evaluate --data d", "bench" })
            store.Run([.. command.Split(' '), "--threads", "100000"]).ShouldBe(2);

        store.Error.Lines().Count(line => line == $"--threads is 100000, but takes 1 to {Environment.ProcessorCount}, as many processors as there are here.").ShouldBe(3);
    }

    [Theory]
    [InlineData("--output is empty. Name something, or leave it out.", "upscale", "f", "-o", "")]
    [InlineData("--output is empty. Name something, or leave it out.", "upscale", "f", "-o", " ")]
    [InlineData("face is empty. Name something, or leave it out.", "upscale", "", "-o", "out")]
    [InlineData("--data is empty. Name something, or leave it out.", "evaluate", "--data", "")]
    [InlineData("--json is empty. Name something, or leave it out.", "models", "--json", "")]
    public void An_empty_name_is_refused(string told, params string[] args)
    {
        store.Run(args).ShouldBe(2);
        store.Error.Lines()[0].ShouldBe(told);
    }

    [Fact]
    public void Names_that_begin_with_a_hyphen_go_behind_two_and_numbers_anywhere()
    {
        store.Run("upscale", "-o", Path.Combine(store.Folder, "out"), "--", "-x.png").ShouldBe(1);
        store.Error.ToString().ShouldContain("'-x.png' does not exist.");

        store.Run("upscale", "@me.png", "-o", Path.Combine(store.Folder, "out")).ShouldBe(1);
        store.Error.ToString().ShouldContain("'@me.png' does not exist.");
    }

    [Fact]
    public void A_model_that_is_nearly_there_is_named()
    {
        store.Run("models", "show", "repaet").ShouldBe(3);
        store.Error.ToString().ShouldContain("Did you mean 'repeat'?");
    }

    [Fact]
    public void Help_is_no_wider_than_a_page_and_offers_no_slashes()
    {
        foreach (var command in LearningCommands.All.Select(command => command.Name).Concat(["upscale", "evaluate", "models", "bench"]))
            store.Run(command, "--help").ShouldBe(0);
        store.Run("--help").ShouldBe(0);

        store.Output.ToString().Split(Environment.NewLine).ShouldAllBe(line => line.Length <= 100);
        store.Output.ToString().ShouldNotContain("/?");
        store.Output.ToString().ShouldContain("--min-sharpness");
    }

    [Fact]
    public void A_closed_or_full_output_is_one_line()
    {
        using var full = new FullWriter();
        RevisageCommand.Run(["models"], [], new InvocationConfiguration { Output = full, Error = store.Error, EnableDefaultExceptionHandler = false }).ShouldBe(1);
        store.Error.Lines().ShouldHaveSingleItem().ShouldContain("No space left on device");

        RevisageCommand.Run(["models"], [], new InvocationConfiguration { Output = full, Error = full, EnableDefaultExceptionHandler = false }).ShouldBe(1);
    }

    [Theory]
    [InlineData("upscale f --mod", "--model")]
    [InlineData("upscale f --model ", "repeat")]
    [InlineData("upscale f --format ", "jpg png tif webp")]
    [InlineData("evaluate --model nearest,b", "nearest,bicubic nearest,bilinear")]
    [InlineData("evaluate --model repeat,near", "repeat,nearest")]
    [InlineData("evaluate --protocol wnet-8x,wnet", "wnet-8x,wnet-4x")]
    [InlineData("evaluate --by age,g", "age,gender")]
    [InlineData("evaluate --against r", "bilinear nearest repeat")]
    [InlineData("train edsr --prec", "--precision")]
    [InlineData("train srcnn", "srcnn.compact")]
    [InlineData("train srcnn.compact --precision ", "bf16 fp32")]
    [InlineData("prepare d --crop ", "aligned box celeba gwainet openface")]
    [InlineData("prepare d --layout celeba-", "celeba-wild")]
    [InlineData("import w.pth --method gw", "gwainet")]
    [InlineData("models show r", "repeat")]
    [InlineData("tra", "train")]
    public void On_Tab_there_is_all_that_fits(string line, string completions)
    {
        line = "revisage " + line;
        store.Run("complete", $"{line.Length}", line).ShouldBe(0);

        store.Output.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal)
            .ShouldBe(completions.Split(' ', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public void A_damaged_card_keeps_nobody_from_the_other_models()
    {
        File.WriteAllText(Path.Combine(store.Folder, "bad.json"), "{");
        File.Copy(Path.Combine(store.Folder, "repeat.onnx"), Path.Combine(store.Folder, "bad.onnx"));
        File.Copy(Path.Combine(store.Folder, "repeat.json"), Path.Combine(store.Folder, "gone.json"));

        store.Run("bench", "--seconds", "0.01").ShouldBe(0);
        store.Run("models", "verify").ShouldBe(1);
        store.Run("doctor").ShouldBe(3);

        store.Output.ToString().ShouldContain("repeat in fp32 on ");
        store.Error.Lines().Count(line => line.StartsWith("A model is left out. ", StringComparison.Ordinal)).ShouldBe(2);
        store.Error.ToString().ShouldContain("bad.json' is not a model card");
        store.Error.ToString().ShouldContain("gone.onnx' is missing.");
    }

    [Fact]
    public void Files_of_results_never_replace_what_is_read()
    {
        var model = Path.Combine(store.Folder, "repeat.onnx");
        store.Run("bench", "--json", model).ShouldBe(2);
        store.Run("models", "--json", Path.Combine(store.Folder, "repeat.json")).ShouldBe(2);

        store.Error.Lines().ShouldBe(
        [
            $"--json '{model}' would replace a file that is read. Choose another name.",
            $"--json '{Path.Combine(store.Folder, "repeat.json")}' would replace a file that is read. Choose another name.",
        ]);
        new StoredModel("repeat", model).Problem().ShouldBeNull();
    }

    /// <summary>As /dev/full.</summary>
    private sealed class FullWriter : TextWriter
    {
        public override Encoding Encoding => Encoding.UTF8;

        public override void Write(char value) => throw new IOException("No space left on device");
    }
}
