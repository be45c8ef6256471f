using Revisage.Restoration;
using Revisage.Torch;
using Revisage.Training.Data;
using Revisage.Training.Import;
using Revisage.Training.Layers;
using Revisage.Training.Training;

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
    public virtual Annotations Needs => Annotations.None;

    /// <summary>Its training, ready for the first step; the caller disposes it.</summary>
    public abstract ITrainingStage CreateStage(Recipe recipe, Device device);

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

    /// <summary>The name under which a checkpoint holds the shipped network's weights.</summary>
    public abstract string ShippedWeights { get; }
}
