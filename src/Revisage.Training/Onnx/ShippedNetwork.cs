using Revisage.Restoration;
using Revisage.Torch;
using Revisage.Training.Methods;
using Revisage.Training.Torch;
using Revisage.Training.Training;

namespace Revisage.Training.Onnx;

/// <summary>An exported network taken back into training, where a loss looks through it or a run begins with it.</summary>
public static class ShippedNetwork
{
    /// <summary>Where an exported file holds the recipe of its training, which says how large the network is.</summary>
    public const string RecipeKey = "revisage.recipe";

    /// <summary>The network of a model that <see cref="ModelExport"/> wrote, its weights as they shipped; the caller disposes it.</summary>
    /// <param name="name">As checkpoints and messages name it.</param>
    /// <exception cref="RevisageException">The file is damaged, or says nothing of its recipe.</exception>
    public static TorchNetwork Open(StoredModel model, string name, Device device)
    {
        ArgumentNullException.ThrowIfNull(model);
        var file = OnnxWeights.Read(model.Path);
        if (!file.Metadata.TryGetValue(RecipeKey, out var yaml))
        {
            throw new RevisageException($"'{model.Path}' does not say by which recipe it was trained. Export it again by 'revisage export'.");
        }

        var recipe = RecipeFile.Parse(yaml, $"inside '{model.Path}'", []);
        var block = MethodCatalog.Find(recipe.Method).ShippedNetwork(recipe);
        var network = new TorchNetwork(name, block, recipe.Seed, device);
        network.Load(file.Arrays);
        return network;
    }
}
