using Revisage.Torch;
using Revisage.Training.Layers;
using Revisage.Training.Runs;

namespace Revisage.Training.Methods.Baselines;

/// <summary>Adam on the mean squared error (Dong 2016, section 3.3).</summary>
public sealed record SrcnnRecipe : Recipe
{
    public SrcnnOptions Network { get; init; } = new();

    /// <summary>Adam's constants; the rate follows <see cref="Recipe.LearningRate"/>.</summary>
    public AdamOptions Adam { get; init; } = new();
}

/// <summary>The first convolutional super-resolver, on a face that is enlarged first.</summary>
/// <remarks>
/// Differs from the paper: Adam in the place of SGD at 1e-4, and 1e-5 for the last layer, over 8e8 patches; whole faces in the
/// place of patches of 33 pixels.
/// </remarks>
public sealed class SrcnnMethod : Method
{
    public override string Id => "srcnn";

    public override string Citation => "Dong, Loy, He, Tang: Image Super-Resolution Using Deep Convolutional Networks. TPAMI 2016.";

    public override Type RecipeType => typeof(SrcnnRecipe);

    public override string ShippedWeights => "generator.average";

    public override IReadOnlyList<TrainingPhase> Phases(Recipe recipe) => TrainingPhase.Only(
        recipe, setting => PixelStage.Create(recipe, ShippedNetwork(recipe), ((SrcnnRecipe)recipe).Adam, setting.Device));

    public override IValidation CreateValidation(Recipe recipe, ValidationFaces faces) => new SuperResolutionValidation(faces, recipe);

    public override void Check(Recipe recipe) => SuperResolution.CheckSizes(recipe, this);

    public override Block ShippedNetwork(Recipe recipe)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        return new SrcnnNetwork(((SrcnnRecipe)recipe).Network, EnlargedFace.FactorOf(recipe.Data));
    }
}
