using Revisage.Restoration;
using Revisage.Training.Runs;

namespace Revisage.Training.Methods;

/// <summary>
/// A network of which only the published weights are of use, such as a metric's, whose numbers compare with nobody's unless the weights
/// are everybody's: it is imported, and never trained here.
/// </summary>
public abstract class ImportedMethod : Method
{
    private const int DefaultSide = 128;

    /// <summary>Whether the weights come in two files.</summary>
    public virtual bool PublishedInTwo => false;

    /// <summary>Where building the learning tier has put its published file; null where nobody may hand it on.</summary>
    public virtual string? PublishedAt => null;

    /// <summary>What its weights learned from and on which terms they are to be had; null where whoever imports them has to say.</summary>
    public virtual TrainingData? Terms => null;

    /// <summary>The smallest side of a face of which its layers leave something.</summary>
    public virtual int LeastSide => 1;

    public sealed override Recipe Published => PublishedFor(DefaultSide);

    public sealed override string ShippedWeights => "network";

    /// <summary>The recipe of its published weights, for faces of another side.</summary>
    /// <exception cref="RevisageException">Such faces are too small for it.</exception>
    public Recipe PublishedFor(int side) => side >= LeastSide
        ? RecipeFor(side)
        : throw new RevisageException($"'{Id}' cannot take faces of {side} pixels. Take {LeastSide} or more, such as {DefaultSide}.");

    /// <summary><see cref="PublishedAt"/>, where the file is still there.</summary>
    /// <exception cref="MissingComponentException">It is not.</exception>
    public string PublishedFile() => File.Exists(PublishedAt)
        ? PublishedAt
        : throw new MissingComponentException($"The weights of '{Id}' are not at '{PublishedAt ?? "any known place"}'. Name their file, or build again with 'dotnet restore'.");

    public sealed override IReadOnlyList<TrainingPhase> Phases(Recipe recipe) => throw NotTrained();

    public sealed override IValidation CreateValidation(Recipe recipe, ValidationFaces faces) => throw NotTrained();

    public sealed override void Check(Recipe recipe) => throw NotTrained();

    /// <summary>What whoever wants to train it is told.</summary>
    public RevisageException NotTrained() =>
        new($"'{Id}' is not trained here: it is of use with its published weights alone. Bring these in by 'revisage import --method {Id}' (see docs/priors.md).");

    private protected abstract Recipe RecipeFor(int side);
}
