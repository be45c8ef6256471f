using Revisage.Torch;
using Revisage.Training.Layers;
using Revisage.Training.Runs;

namespace Revisage.Training.Methods.Baselines;

/// <summary>Adam on the mean squared error (Kim 2016, section 3.2).</summary>
public sealed record VdsrRecipe : Recipe
{
    public VdsrOptions Network { get; init; } = new();

    /// <summary>Adam's constants; the rate follows <see cref="Recipe.LearningRate"/>.</summary>
    public AdamOptions Adam { get; init; } = new();
}

/// <summary>The first very deep super-resolver, on a face that is enlarged first.</summary>
/// <remarks>
/// Differs from the paper: Adam in the place of SGD at 0.1 with clipped gradients and weight decay; whole faces in the
/// place of patches of 41 pixels.
/// </remarks>
public sealed class VdsrMethod : Method
{
    public override string Id => "vdsr";

    public override string Citation => "Kim, Lee, Lee: Accurate Image Super-Resolution Using Very Deep Convolutional Networks. CVPR 2016.";

    public override Type RecipeType => typeof(VdsrRecipe);

    public override string ShippedWeights => "generator.average";

    public override IReadOnlyList<TrainingPhase> Phases(Recipe recipe) => TrainingPhase.Only(
        recipe, setting => PixelStage.Create(recipe, ShippedNetwork(recipe), ((VdsrRecipe)recipe).Adam, setting.Device));

    public override IValidation CreateValidation(Recipe recipe, ValidationFaces faces) => new SuperResolutionValidation(faces, recipe);

    public override void Check(Recipe recipe) => SuperResolution.CheckSizes(recipe, this);

    public override Block ShippedNetwork(Recipe recipe)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        return new VdsrNetwork(((VdsrRecipe)recipe).Network, EnlargedFace.FactorOf(recipe.Data));
    }
}
