using System.CommandLine;
using Revisage.Cli;
using Revisage.Cli.Learning;
using Revisage.Data.Cli;
using Revisage.Data.Sources;
using Revisage.Training.Cli;
using Revisage.Training.Methods;

namespace Revisage.Training.Tests.Cli;

/// <summary>What the use tier knows of the learning commands, for help and completions, is what they are.</summary>
public sealed class LearningSyntaxTests
{
    [Fact]
    public void The_importable_methods_are_those_whose_authors_files_are_known() =>
        ImportSyntax.Methods.ShouldBe(MethodCatalog.All.Where(method => method.AuthorLayout is not null).Select(method => method.Id));

    [Fact]
    public void The_layouts_are_those_that_are_read_in_their_order() =>
        PrepareSyntax.Layouts.ShouldBe(DatasetCatalog.Layouts.Select(layout => layout.Id));

    [Fact]
    public void Every_learning_command_is_there_with_its_syntax()
    {
        Command[] commands = [PrepareCommand.Create(), TrainCommand.Create(), ExportCommand.Create(), ImportCommand.Create(), SamplesCommand.Create()];

        commands.Select(command => command.Name).ShouldBe(LearningCommands.All.Select(entry => entry.Name));
        foreach (var (command, entry) in commands.Zip(LearningCommands.All))
            command.Options.Select(option => option.Name).ShouldBe(entry.Syntax().Options.Select(option => option.Name));
    }

    [Theory]
    [InlineData("import w.pth -o w.onnx --method gfpgan", "--method is 'gfpgan', but takes ")]
    [InlineData("import w.pth -o w.onnx --method inceptoin", "Did you mean 'inception'?")]
    [InlineData("import w.pth --list=maybe", "Unrecognized command or argument 'maybe'.")]
    [InlineData("import w.pth -o w.onnx --method fan --side wide", "--side is 'wide', but takes a whole number.")]
    [InlineData("prepare d -o s --corp box", "Unrecognized option '--corp'. Did you mean '--crop'?")]
    [InlineData("prepare d -o s --crop bxo", "Did you mean 'box'?")]
    [InlineData("prepare d -o s --size big", "--size is 'big', but takes 128, 256.")]
    [InlineData("prepare d -o s --layout celba", "Did you mean 'celeba'?")]
    [InlineData("prepare d -o ./d", "-o './d' is the folder 'd' that is read. Name another for the set.")]
    [InlineData("train edsr --data d --precision fp23", "--precision is 'fp23', but takes bf16, fp32. Did you mean 'fp32'?")]
    [InlineData("train edsr --data d --threads 100000", "--threads is 100000, but takes 1 to ")]
    [InlineData("train edsr --data d --resmue", "Unrecognized option '--resmue'. Did you mean '--resume'?")]
    [InlineData("train edsr.paperr --data d", "There is no recipe 'edsr.paperr'.")]
    [InlineData("train sercnn.compact --data d", "Did you mean 'srcnn.compact'?")]
    [InlineData("train edsr --data d --set learning_rat.peak=1", "Did you mean 'learning_rate'?")]
    [InlineData("train edsr --data d --set batch=many", "many")]
    [InlineData("export run/best.safetensors -o model.safetensors", "-o is 'model.safetensors', but a model is a file that ends in .onnx.")]
    [InlineData("samples --data d -o o --count none", "--count is 'none', but takes a whole number.")]
    public void Wrong_usage_is_a_line_that_names_no_type_and_nothing_is_done(string line, string told)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();

        RevisageCommand.Run(
            line.Split(' '), [PrepareCommand.Create(), TrainCommand.Create(), ExportCommand.Create(), ImportCommand.Create(), SamplesCommand.Create()],
            new InvocationConfiguration { Output = output, Error = error, EnableDefaultExceptionHandler = false }).ShouldBe(ExitCode.Usage);

        error.ToString().ShouldContain(told);
        error.ToString().ShouldNotMatch(@"System\.|Revisage\.|`");
        Directory.Exists("runs").ShouldBeFalse();
    }
}
