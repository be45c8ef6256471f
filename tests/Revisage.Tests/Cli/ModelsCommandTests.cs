using System.CommandLine;
using System.Text.Json;
using Revisage.Cli;
using Revisage.Restoration;

namespace Revisage.Tests.Cli;

/// <summary>The commands that report on a folder of models.</summary>
[Collection(RunsAlone.Name)]
public sealed class ModelsCommandTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("revisage-").FullName;
    private readonly StringWriter output = new();
    private readonly StringWriter error = new();

    public ModelsCommandTests()
    {
        StandIn.Write(Path.Combine(folder, "repeat.onnx"));
        Environment.SetEnvironmentVariable(ModelStore.Override, folder);
    }

    public void Dispose()
    {
        Environment.SetEnvironmentVariable(ModelStore.Override, null);
        Directory.Delete(folder, recursive: true);
        output.Dispose();
        error.Dispose();
    }

    [Fact]
    public void The_list_has_a_column_for_the_training_datas_licence()
    {
        Run("models").ShouldBe(0);

        var lines = output.ToString().Split(Environment.NewLine);
        var column = lines[0].IndexOf("licence of the training data", StringComparison.Ordinal);
        lines[1][column..].ShouldBe("CC0-1.0");
    }

    [Fact]
    public void As_json_the_list_is_the_cards()
    {
        Run("models", "--json").ShouldBe(0);

        using var cards = JsonDocument.Parse(output.ToString());
        cards.RootElement[0].GetProperty("data").GetProperty("licence").GetString().ShouldBe("CC0-1.0");
    }

    [Fact]
    public void A_file_for_json_leaves_the_table_on_standard_output()
    {
        var file = Path.Combine(folder, "list.txt");
        Run("models", "--json", file).ShouldBe(0);

        output.ToString().ShouldStartWith("model");
        using var cards = JsonDocument.Parse(File.ReadAllText(file));
        cards.RootElement.GetArrayLength().ShouldBe(1);
    }

    [Fact]
    public void A_changed_model_is_found_out()
    {
        using (var model = File.OpenWrite(Path.Combine(folder, "repeat.onnx")))
        {
            model.WriteByte(0);
        }

        Run("models", "verify").ShouldBe(1);
        error.ToString().ShouldContain("has SHA-256");
    }

    [Fact]
    public void A_damaged_card_is_told_and_the_others_are_listed()
    {
        File.WriteAllText(Path.Combine(folder, "bad.json"), "{");

        Run("models").ShouldBe(1);
        error.ToString().ShouldContain("bad.json");
        output.ToString().ShouldContain("repeat");
    }

    [Fact]
    public void Bench_measures_and_leaves_out_what_the_card_does_not_count()
    {
        Run("bench", "--seconds", "0.05", "--json").ShouldBe(0);

        using var speed = JsonDocument.Parse(output.ToString());
        speed.RootElement.GetProperty("faces_per_second").GetDouble().ShouldBeGreaterThan(0);
        speed.RootElement.GetProperty("share_of_peak").ValueKind.ShouldBe(JsonValueKind.Null);
    }

    [Fact]
    public void Doctor_finds_what_using_models_takes()
    {
        Run("doctor").ShouldBe(0);
        output.ToString().ShouldContain("repeat (verified)");
    }

    [Fact]
    public void Doctor_says_what_is_missing_and_how_to_get_it()
    {
        Directory.GetFiles(folder).ToList().ForEach(File.Delete);

        Run("doctor").ShouldBe(3);
        output.ToString().ShouldContain("MISSING  models");
    }

    private int Run(params string[] args) =>
        RevisageCommand.Run(args, [], new InvocationConfiguration { Output = output, Error = error, EnableDefaultExceptionHandler = false });
}
