using System.Text.Json;

namespace Revisage.Tests.Cli;

/// <summary>The commands that report on a folder of models.</summary>
[Collection(RunsAlone.Name)]
public sealed class ModelsCommandTests : IDisposable
{
    private readonly StandInStore store = new();

    public void Dispose() => store.Dispose();

    [Fact]
    public void The_list_has_a_column_for_the_training_datas_licence()
    {
        store.Run("models").ShouldBe(0);

        var lines = store.Output.ToString().Split(Environment.NewLine);
        var column = lines[0].IndexOf("licence of the training data", StringComparison.Ordinal);
        lines[1][column..].ShouldBe("CC0-1.0");
    }

    [Fact]
    public void As_json_the_list_is_the_cards()
    {
        store.Run("models", "--json").ShouldBe(0);

        using var cards = JsonDocument.Parse(store.Output.ToString());
        cards.RootElement[0].GetProperty("data").GetProperty("licence").GetString().ShouldBe("CC0-1.0");
    }

    [Fact]
    public void A_file_for_json_leaves_the_table_on_standard_output()
    {
        var file = Path.Combine(store.Folder, "list.txt");
        store.Run("models", "--json", file).ShouldBe(0);

        store.Output.ToString().ShouldStartWith("model");
        using var cards = JsonDocument.Parse(File.ReadAllText(file));
        cards.RootElement.GetArrayLength().ShouldBe(1);
    }

    [Fact]
    public void A_changed_model_is_found_out()
    {
        using (var model = File.OpenWrite(Path.Combine(store.Folder, "repeat.onnx")))
        {
            model.WriteByte(0);
        }

        store.Run("models", "verify").ShouldBe(1);
        store.Error.ToString().ShouldContain("has SHA-256");
    }

    [Fact]
    public void A_damaged_card_is_told_and_the_others_are_listed()
    {
        File.WriteAllText(Path.Combine(store.Folder, "bad.json"), "{");

        store.Run("models").ShouldBe(1);
        store.Error.ToString().ShouldContain("bad.json");
        store.Output.ToString().ShouldContain("repeat");
    }

    [Fact]
    public void Bench_measures_and_leaves_out_what_the_card_does_not_count()
    {
        store.Run("bench", "--seconds", "0.05", "--json").ShouldBe(0);

        using var speed = JsonDocument.Parse(store.Output.ToString());
        speed.RootElement.GetProperty("faces_per_second").GetDouble().ShouldBeGreaterThan(0);
        speed.RootElement.GetProperty("share_of_peak").ValueKind.ShouldBe(JsonValueKind.Null);
    }

    [Fact]
    public void Doctor_finds_what_using_models_takes()
    {
        store.Run("doctor").ShouldBe(0);
        store.Output.ToString().ShouldContain("repeat (verified)");
    }

    [Fact]
    public void Doctor_says_what_is_missing_and_how_to_get_it()
    {
        Directory.GetFiles(store.Folder).ToList().ForEach(File.Delete);

        store.Run("doctor").ShouldBe(3);
        store.Output.ToString().ShouldContain("MISSING  models");
    }
}
