using Revisage.Restoration;
using Revisage.Torch;
using Revisage.Training.Methods;
using Revisage.Training.Runs;
using Revisage.Training.Torch;

namespace Revisage.Training.Onnx;

/// <summary>An exported network taken back into training, where a loss looks through it or a run begins with it.</summary>
public static class ShippedNetwork
{
    /// <summary>Where an exported file holds the recipe of its training, which says how large the network is.</summary>
    public const string RecipeKey = "revisage.recipe";

    /// <summary>A model that ships, or that was imported.</summary>
    /// <exception cref="MissingComponentException">There is none; of one that can be imported at once, the message says how.</exception>
    public static StoredModel Find(ModelStore models, string name)
    {
        ArgumentNullException.ThrowIfNull(models);
        try
        {
            return models.Find(name);
        }
        catch (MissingComponentException e) when (MethodCatalog.All.OfType<ImportedMethod>().Any(method => method.Id == name && method.PublishedAt is not null))
        {
            throw new MissingComponentException(
                $"There is no model '{name}' in '{models.Folder}', which a loss or a metric looks through. Import it by: revisage import --method {name} -o {Path.Combine(models.Folder, name)}.onnx", e);
        }
    }

    /// <summary>The network of a model that <see cref="ModelExport"/> wrote, its weights as they shipped and fixed; the caller disposes it.</summary>
    /// <param name="name">As checkpoints and messages name it.</param>
    /// <exception cref="RevisageException">The file is damaged, or says nothing of its recipe.</exception>
    public static TorchNetwork Open(StoredModel model, string name, Device device)
    {
        var (recipe, weights) = Read(model);
        var network = new TorchNetwork(name, MethodCatalog.Find(recipe.Method).ShippedNetwork(recipe), recipe.Seed, device);
        network.Load(weights);
        return network.Fix();
    }

    /// <summary>The recipe that it was trained by, and its weights by path.</summary>
    /// <inheritdoc cref="Open"/>
    public static (Recipe Recipe, IReadOnlyDictionary<string, StoredArray> Weights) Read(StoredModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        var file = OnnxWeights.Read(model.Path);
        if (file.Metadata.TryGetValue(OnnxModel.CardKey, out var card) && ModelCard.Parse(card, $"the card inside '{model.Path}'").Quantization is { } quantized)
        {
            throw new RevisageException($"'{model.Path}' holds weights in 8 bits only. Name '{quantized.Of}', which it was made of.");
        }

        return file.Metadata.TryGetValue(RecipeKey, out var yaml)
            ? (RecipeFile.Parse(yaml, $"inside '{model.Path}'", []), file.Arrays)
            : throw new RevisageException($"'{model.Path}' does not say by which recipe it was trained. Export it again by 'revisage export'.");
    }
}
