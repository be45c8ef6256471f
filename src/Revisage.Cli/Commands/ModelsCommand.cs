using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Revisage.Restoration;

namespace Revisage.Cli.Commands;

internal static class ModelsCommand
{
    public static Command Create()
    {
        var json = new JsonOption();
        var list = new Command("list", "The installed models (the default).") { json.Option };
        list.SetAction(parsed => List(parsed, json));

        var name = new Argument<string>("name") { Description = "An installed model or an exported file." };
        name.CompletionSources.Add(_ => ModelChoice.Names.Select(model => new System.CommandLine.Completions.CompletionItem(model)));
        var show = new Command("show", "All that a model's card says, as JSON.") { name };
        show.SetAction(parsed =>
        {
            parsed.InvocationConfiguration.Output.WriteLine(ModelStore.Default.Find(parsed.GetRequiredValue(name)).Card.ToJson());
            return ExitCode.Done;
        });

        var verify = new Command("verify", "Read every model whole: hash, card, and whether it loads.");
        verify.SetAction(Verify);

        var whole = new JsonOption();
        var command = new Command("models", "What is installed, and on which terms it was trained.") { list, show, verify, whole.Option };
        command.SetAction(parsed => List(parsed, whole));
        return command;
    }

    private static int List(ParseResult parsed, JsonOption json)
    {
        var store = ModelStore.Default;
        OutputFiles.Check(store.List().SelectMany(model => new[] { model.Path, model.CardPath }), json.File(parsed));
        var (models, cards) = (new List<StoredModel>(), new List<ModelCard>());
        var exit = ExitCode.Done;
        foreach (var model in store.List())
        {
            try
            {
                cards.Add(model.Card);
                models.Add(model);
            }
            catch (RevisageException e) when (e is not MissingComponentException)
            {
                parsed.InvocationConfiguration.Error.WriteLine(e.Message);
                exit = ExitCode.Failed;
            }
        }

        json.Write(parsed, () => $"[{string.Join(",\n", cards.Select(card => card.ToJson()))}]", output =>
        {
            if (cards.Count == 0)
            {
                output.WriteLine($"No models in '{store.Folder}'.");
                return;
            }

            var table = new Table("model", "gives", "from", "to", "computes in", "measured", "trained on", "licence of the training data");
            foreach (var card in cards)
            {
                table.Add(
                    card.Name, JsonNamingPolicy.KebabCaseLower.ConvertName(card.Task.ToString()), card.Input.ToString(), card.Output.ToString(), card.Precision,
                    Measured(card), card.Data.Name, card.Data.Licence);
            }

            table.Write(output);
            if (ModelChoice.Preferred([.. models.Where(model => File.Exists(model.Path))], FastInt8.Instructions is not null) is { } preferred)
            {
                output.WriteLine();
                output.WriteLine($"Without --model it is {preferred.Name}. {DescribeInt8()}");
            }
        });
        return exit;
    }

    private static string DescribeInt8() => FastInt8.Instructions is { } instructions
        ? $"Networks in int8 are faster on this processor, which has {instructions}."
        : "Networks in int8 are not faster on this processor, which lacks instructions for them.";

    private static string Measured(ModelCard card) =>
        card is { Quantization: { } made, Results: [{ Psnr: { } own, PsnrLost: { } lost }, ..] } ? string.Create(CultureInfo.InvariantCulture, $"PSNR {own:0.00} ({lost:0.000} less than {made.Of})")
        : card.Results.MaxBy(result => result.Psnr) is { Psnr: { } psnr } best ? string.Create(CultureInfo.InvariantCulture, $"PSNR {psnr:0.00}{(card.NeedsGuide ? $" ({best.Protocol})" : "")}")
        : card.Results is [{ Measures: { Count: > 0 } measures }, ..] ? string.Create(CultureInfo.InvariantCulture, $"{measures.First().Key} {measures.First().Value:0.##}")
        : "-";

    private static int Verify(ParseResult parsed)
    {
        var store = ModelStore.Default;
        var results = store.Verify();
        if (results.Count == 0)
        {
            throw new MissingComponentException($"No models in '{store.Folder}'. Put some there, or name another folder in {ModelStore.Override}.");
        }

        foreach (var (model, problem) in results)
        {
            if (problem is null)
            {
                parsed.InvocationConfiguration.Output.WriteLine($"{model.Name}: whole");
            }
            else
            {
                parsed.InvocationConfiguration.Error.WriteLine($"{model.Name}: {problem}");
            }
        }

        return results.All(result => result.Problem is null) ? ExitCode.Done : ExitCode.Failed;
    }
}
