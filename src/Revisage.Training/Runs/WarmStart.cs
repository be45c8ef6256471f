using Revisage.Restoration;
using Revisage.Training.Methods;
using Revisage.Training.Onnx;

namespace Revisage.Training.Runs;

/// <summary>Begins a run with the weights of a model that ships: <see cref="Recipe.Start"/>.</summary>
internal static class WarmStart
{
    /// <summary>
    /// What a phase before would have handed over: of the model's weights those that the network which will ship has under the same
    /// name, in the same shape. The others, such as the entrance for faces of another size, begin as they always do.
    /// </summary>
    /// <exception cref="RevisageException">There is no such model, it has another range, or few of its weights fit.</exception>
    public static Checkpoint Of(StoredModel model, Recipe recipe, Method method, ITrainingStage stage)
    {
        ArgumentNullException.ThrowIfNull(model);
        var (trained, weights) = ShippedNetwork.Read(model);
        if (trained.Data.Range != recipe.Data.Range)
        {
            throw new RevisageException($"start: '{model.Name}' works in the range {trained.Data.Range.ToString().ToLowerInvariant()}, but data.range is {recipe.Data.Range.ToString().ToLowerInvariant()}. Set data.range to the model's.");
        }

        // NETWORK.average, or NETWORK.average/part.
        string[] shipped = method.ShippedWeights.Split('/');
        var name = MovingAverage.SourceOf(shipped[0]);
        var prefix = shipped.Length > 1 ? shipped[1] + "." : "";
        var network = stage.Networks.Concat(stage.Kept).FirstOrDefault(network => network.Name == name)
            ?? throw new RevisageException($"start: the first phase of '{recipe.Method}' does not train the network that ships, so it cannot begin with '{model.Name}'. Leave start out.");
        var shapes = network.Weights.ToDictionary(named => named.Path, named => named.Weight.Shape.Select(extent => (long)extent));
        var fitting = weights.Values
            .Select(array => array with { Name = prefix + array.Name })
            .Where(array => shapes.TryGetValue(array.Name, out var shape) && array.Shape.SequenceEqual(shape))
            .Select(array => array with { Name = $"{name}/{array.Name}" })
            .ToDictionary(array => array.Name);
        // A bias or two fit by accident.
        return 2 * fitting.Count > weights.Count
            ? new Checkpoint(fitting, new CheckpointState
            {
                Iteration = 0,
                Recipe = RecipeFile.ToYaml(trained),
                Threads = 1,
                Faces = model.Card.Run?.Images ?? 0,
                Images = model.Card.Run?.ImagesShown ?? 0,
                Elapsed = TimeSpan.FromHours(model.Card.Run?.Hours ?? 0),
            })
            : throw new RevisageException(
                $"start: only {fitting.Count} of the {weights.Count} weights of '{model.Name}' have the name and shape of one of the network of '{recipe.Method}'. Name a model of the same method and width.");
    }
}
