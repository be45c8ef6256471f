using Revisage.Data;
using Revisage.Restoration;
using Revisage.Training.Import;
using Revisage.Training.Layers;
using Revisage.Training.Onnx;
using Revisage.Training.Runs;

namespace Revisage.Training.Methods;

/// <summary>A published method: what it is called, which recipe it takes, how it trains, and which network it ships.</summary>
public abstract class Method
{
    /// <summary>As commands and files name it: <c>edsr</c>.</summary>
    public abstract string Id { get; }

    /// <summary>Authors, title, venue and year.</summary>
    public abstract string Citation { get; }

    /// <summary>The record that its YAML files fill.</summary>
    public abstract Type RecipeType { get; }

    /// <summary>What its network makes of faces.</summary>
    public virtual ModelTask Task => ModelTask.SuperResolution;

    /// <summary>What it must be told of every face that it is trained on.</summary>
    public virtual Annotations Needs(Recipe recipe) => Annotations.None;

    /// <summary>The shipped models that its losses look through or that it begins with, by name.</summary>
    public virtual IReadOnlyList<string> Priors(Recipe recipe) => [];

    /// <summary>Its training, phase by phase; at least one, each name once.</summary>
    public abstract IReadOnlyList<TrainingPhase> Phases(Recipe recipe);

    /// <summary>How good its network is, measured between iterations.</summary>
    /// <exception cref="RevisageException">The faces lack what it measures by.</exception>
    public abstract IValidation CreateValidation(Recipe recipe, ValidationFaces faces);

    /// <summary>Looks for what does not fit together in a recipe, before anything is read.</summary>
    /// <exception cref="RevisageException">Says what does not, and what to set.</exception>
    public virtual void Check(Recipe recipe)
    {
    }

    /// <summary>The recipe of its published weights: sizes and range as they were; see <see cref="AuthorLayout"/>.</summary>
    public virtual Recipe Published => throw new RevisageException($"No published weights are known for '{Id}'.");

    /// <summary>How its authors' published weights are named; null where none are known.</summary>
    public virtual NameMap? AuthorLayout => null;

    /// <summary>The network that is exported, declared but without numbers.</summary>
    public abstract Block ShippedNetwork(Recipe recipe);

    /// <summary>Whether the whole shipped network has been trained once a run is in the phase <paramref name="phase"/>.</summary>
    public virtual bool ShipsAfter(Recipe recipe, string phase) => true;

    /// <summary>The recipes of other methods' networks that its checkpoints hold under the names of those.</summary>
    public virtual IReadOnlyList<Recipe> Parts(Recipe recipe) => [];

    /// <summary>
    /// What the shipped network takes, as <see cref="Block.ForwardAll"/> does: the face first, and with a guided method
    /// <see cref="ModelCard.GuideName"/>.
    /// </summary>
    public virtual IReadOnlyList<OnnxInput> Inputs(Recipe recipe)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        return Task == ModelTask.SuperResolution
            ? [new OnnxInput("lr", 3, recipe.Data.LowRes, recipe.Data.LowRes)]
            : [new OnnxInput("face", 3, recipe.Data.HighRes, recipe.Data.HighRes)];
    }

    /// <summary>Of a method whose network brings a guide into what another model made: that model, and what finds the landmarks.</summary>
    public virtual Guidance? Guidance(Recipe recipe) => null;

    /// <summary>The names of what it gives: first what its <see cref="Task"/> is, then what it knows besides.</summary>
    public virtual IReadOnlyList<string> Outputs(Recipe recipe) => [Task == ModelTask.SuperResolution ? "sr" : Task.ToString().ToLowerInvariant()];

    /// <summary>The name under which a checkpoint holds the shipped network's weights.</summary>
    public abstract string ShippedWeights { get; }

    /// <summary>The shapes and the cost of its shipped network.</summary>
    /// <exception cref="RevisageException">The recipe's sizes do not fit together.</exception>
    public ShapeReport Walk(Recipe recipe)
    {
        var network = ShippedNetwork(recipe);
        return ShapeWalk.Of(network.NamedWeights(), [.. Inputs(recipe).Select(input => input.Shape)], network.ForwardAll);
    }
}
