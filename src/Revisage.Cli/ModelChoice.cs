using System.CommandLine;
using Revisage.Evaluation;
using Revisage.Restoration;

namespace Revisage.Cli;

/// <summary>How commands are told which model to use.</summary>
internal static class ModelChoice
{
    /// <summary>The names of the installed models, for completion.</summary>
    public static IEnumerable<string> Names => ModelStore.Default.List().Select(model => model.Name);

    public static Option<string?> Option(string description) =>
        new Option<string?>("--model", "-m") { Description = description, HelpName = "NAME|FILE.onnx" }.CompletedBy(() => Names);

    /// <summary>At most the processors: more only take memory.</summary>
    public static Option<int> Threads() =>
        new Option<int>("--threads") { Description = "Processors to use.", HelpName = "N", DefaultValueFactory = _ => Environment.ProcessorCount }
            .Within(1, Environment.ProcessorCount, "as many processors as there are here");

    public static Option<RestoreQuality> Quality() => new Option<RestoreQuality>("--quality")
    {
        Description = "normal; best: the mean over the face and its mirror image, changed so that it shrinks to the face that was given; twice the time.",
        HelpName = "normal|best",
        DefaultValueFactory = _ => RestoreQuality.Normal,
    }.OneOf("normal", "best");

    /// <summary>The model of that name or file; without one, <see cref="Preferred"/>.</summary>
    /// <param name="error">Is told which models are left out, being damaged, where none is named.</param>
    /// <exception cref="MissingComponentException">There is none.</exception>
    public static StoredModel Find(string? nameOrPath, TextWriter error)
    {
        var store = ModelStore.Default;
        if (nameOrPath is not null)
        {
            return store.Find(nameOrPath);
        }

        var installed = store.ListReadable(out var damaged);
        TellDamaged(damaged, error);
        return Preferred(installed, FastInt8.Instructions is not null)
            ?? throw new MissingComponentException(
                $"No model is installed: '{store.Folder}' holds none. Put one there, pass --model FILE.onnx, or name a folder of models in {ModelStore.Override}.");
    }

    /// <summary>
    /// The model of floats of the best fidelity that needs no guide, or what was made of it in 8-bit integers where those are faster
    /// (<see cref="FastInt8"/>); the only model where there is one only; null without any.
    /// </summary>
    public static StoredModel? Preferred(IReadOnlyList<StoredModel> installed, bool fastInt8)
    {
        if (installed.Count == 1)
        {
            return installed[0];
        }

        var best = installed.Where(model => model.Card is { Task: ModelTask.SuperResolution, NeedsGuide: false, Quantization: null }).MaxBy(model => model.Card.Results.FirstOrDefault(result => result.Protocol == Protocol.Revisage8x.Name)?.Psnr ?? 0);
        // Of that file and no other of its name.
        return fastInt8 && best is not null
            ? installed.FirstOrDefault(model => model.Card.Quantization is { } made && made.Of == best.Name && made.OfSha256 == best.Card.Sha256) ?? best
            : best;
    }

    /// <summary>Tells which models are left out.</summary>
    public static void TellDamaged(IReadOnlyList<string> damaged, TextWriter error)
    {
        foreach (var fault in damaged)
            error.WriteLine($"A model is left out. {fault}");
    }
}
