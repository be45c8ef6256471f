using Revisage.Data;
using Revisage.Restoration;
using Revisage.Torch;
using Revisage.Training.Layers;
using Revisage.Training.Losses;
using Revisage.Training.Priors.Features;
using Revisage.Training.Runs;
using Revisage.Training.Torch;

namespace Revisage.Training.Methods.WNet;

/// <summary>
/// Adam on the face's and the parsing map's pixels and on four key parts (W-Net, section 3.4, equation 29). The paper's weights are
/// lost with its formulas; these are ours.
/// </summary>
public sealed record WNetRecipe : Recipe
{
    public WNetOptions Network { get; init; } = new();

    /// <summary>Weight of <see cref="ParsingMapLoss"/>; the face's pixels have 1.</summary>
    public double ParsingMap { get; init; } = 1;

    /// <summary>Weight of <see cref="KeyPartLoss.Pixels"/>.</summary>
    public double Parts { get; init; } = 0.1;

    /// <summary>How the masked parts are compared by what VGG-19 sees of them, with a hundredth of their pixels' weight.</summary>
    public PerceptualOptions Perceptual { get; init; } = new() { Depth = 19, Layers = ["relu3_4"], Weight = 0.001, FaceFeaturesScale = 70, Resnet18Scale = 0.012 };

    /// <summary>
    /// Whether features are taken of one picture that shows all four parts, in place of one a part. A quarter of the cost: in a masked
    /// picture faces differ only near its parts, so it is nearly the same sum.
    /// </summary>
    public bool PartsTogether { get; init; }

    /// <summary>Adam's constants; the rate follows <see cref="Recipe.LearningRate"/>.</summary>
    public AdamOptions Adam { get; init; } = new();
}

/// <summary>A super-resolver that first makes out where the skin is, and looks there at every size.</summary>
public sealed class WNetMethod : Method
{
    // The parsing block's hourglass halves the small face four times.
    private const int Multiple = 16;

    public override string Id => "wnet";

    public override string Citation => "Liu, Yang, Liu: W-Net: A Facial Feature-Guided Face Super-Resolution Network. arXiv 2406.00676, 2024.";

    public override Type RecipeType => typeof(WNetRecipe);

    public override string ShippedWeights => "generator.average";

    public override IReadOnlyList<string> Outputs(Recipe recipe) => ["sr", "parsing"];

    public override Annotations Needs(Recipe recipe) =>
        recipe is WNetRecipe { ParsingMap: 0, Parts: 0, Perceptual.WeightInUse: 0 } ? Annotations.None : Annotations.Parsing;

    public override IReadOnlyList<string> Priors(Recipe recipe) => PerceptualFeatures.PriorsOf(((WNetRecipe)recipe).Perceptual);

    public override IReadOnlyList<TrainingPhase> Phases(Recipe recipe) => TrainingPhase.Only(recipe, setting => CreateStage((WNetRecipe)recipe, setting));

    public override IValidation CreateValidation(Recipe recipe, ValidationFaces faces) => Needs(recipe) == Annotations.None
        ? new SuperResolutionValidation(faces, recipe)
        : new WNetValidation(faces, recipe);

    public override void Check(Recipe recipe)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        if (recipe.Data.LowRes % Multiple != 0)
        {
            throw new RevisageException($"wnet halves the small face four times, but data.low_res is {recipe.Data.LowRes}. Take a multiple of {Multiple}.");
        }

        SuperResolution.CheckSizes(recipe, this);
        if (recipe.Data.Range != ValueRange.Unit)
        {
            throw new RevisageException("wnet masks faces with black, which must be 0. Set data.range=unit.");
        }

        if (Needs(recipe) != Annotations.None && !recipe.Data.Parsing)
        {
            throw new RevisageException("wnet learns from parsing maps, which the recipe does not ask for. Set data.parsing=true, or the weights parsing_map, parts and perceptual.weight to 0.");
        }
    }

    public override Block ShippedNetwork(Recipe recipe) => new WNetGenerator(((WNetRecipe)recipe).Network);

    private SupervisedStage CreateStage(WNetRecipe recipe, TrainingSetting setting)
    {
        var features = PerceptualFeatures.Open(recipe.Perceptual, recipe.Data.Range, setting);
        return new SupervisedStage("generator", ShippedNetwork(recipe), recipe, recipe.Adam, setting.Device, (generator, batch, mode) =>
        {
            var outputs = generator.Forward([batch.LowResTensor(generator.Device)], mode);
            var (sr, hr) = (outputs[0], batch.HighResTensor(generator.Device));
            var losses = new LossTerms().Add("pixel", 1, PixelLoss.L2(sr, hr));
            if (recipe.ParsingMap != 0)
            {
                losses.Add("parsing", recipe.ParsingMap, ParsingMapLoss.Of(outputs[1], WNetTargets.Skin(batch).To(generator.Device)));
            }

            if (recipe.Parts != 0 || features is not null)
            {
                AddParts(losses, recipe, features, sr, hr, WNetTargets.Parts(batch).To(generator.Device));
            }

            return losses;
        }, owned: features);
    }

    private static void AddParts(LossTerms losses, WNetRecipe recipe, PerceptualFeatures? features, Tensor sr, Tensor hr, Tensor masks)
    {
        if (recipe.Parts != 0)
        {
            losses.Add("parts", recipe.Parts, KeyPartLoss.Pixels(sr, hr, masks));
        }

        if (features is not null)
        {
            var shown = recipe.PartsTogether ? masks.Amax([1], keepDim: true) : masks;
            // A mean over masked pictures, of which a face has one a part.
            var mean = features.Loss(KeyPartLoss.Masked(sr, shown), KeyPartLoss.Masked(hr, shown), recipe.Precision);
            losses.Add(features.Name, recipe.Perceptual.WeightInUse, mean * shown.Shape[1]);
        }
    }
}
