using System.CommandLine;
using Revisage.Restoration;

namespace Revisage.Cli;

/// <summary>How commands are told which model to use.</summary>
internal static class ModelChoice
{
    public static Option<string?> Option(string description)
    {
        var option = new Option<string?>("--model", "-m") { Description = description, HelpName = "NAME|FILE.onnx" };
        option.CompletionSources.Add(_ => ModelStore.Default.List().Select(model => new System.CommandLine.Completions.CompletionItem(model.Name)));
        return option;
    }

    public static Option<int> Threads()
    {
        var threads = new Option<int>("--threads") { Description = "Processors to use.", DefaultValueFactory = _ => Environment.ProcessorCount };
        threads.Validators.Add(result => RequireAtLeastOne(result.GetValueOrDefault<int>(), "--threads", result.AddError));
        return threads;
    }

    /// <summary>What a validator says of a count that is none.</summary>
    public static void RequireAtLeastOne(int value, string option, Action<string> refuse)
    {
        if (value < 1)
        {
            refuse($"{option} is {value}, but takes 1 or more.");
        }
    }

    /// <summary>The model of that name or file; without one, the installed model of the best fidelity that needs no guide.</summary>
    /// <exception cref="MissingComponentException">There is none.</exception>
    public static StoredModel Find(string? nameOrPath)
    {
        var store = ModelStore.Default;
        if (nameOrPath is not null)
        {
            return store.Find(nameOrPath);
        }

        var installed = store.List();
        return installed.Count == 1 ? installed[0]
            : installed.Where(model => model.Card.Task == ModelTask.SuperResolution && !model.Card.NeedsGuide).MaxBy(model => model.Card.Results.Max(result => result.Psnr) ?? 0)
            ?? throw new MissingComponentException(
                $"No model is installed: '{store.Folder}' holds none. Put one there, pass --model FILE.onnx, or name a folder of models in {ModelStore.Override}.");
    }
}
