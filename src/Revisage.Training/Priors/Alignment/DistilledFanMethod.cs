using Revisage.Faces;
using Revisage.Restoration;
using Revisage.Torch;
using Revisage.Training.Data;
using Revisage.Training.Data.GroundTruth;
using Revisage.Training.Layers;
using Revisage.Training.Losses;
using Revisage.Training.Methods;
using Revisage.Training.Training;

namespace Revisage.Training.Priors.Alignment;

/// <summary>How the distilled FAN is trained; the defaults are those of the authors' code (Kim 2019).</summary>
public sealed record DistilledFanRecipe : Recipe
{
    /// <summary>Adam's constants; the rate follows <see cref="Recipe.LearningRate"/>.</summary>
    public AdamOptions Adam { get; init; } = new();

    /// <summary>Standard deviation of the Gaussians that it learns to draw, in pixels of maps of 64x64.</summary>
    public double Sigma { get; init; } = LandmarkHeatmaps.FanSigma;
}

/// <summary>
/// The small landmark network of the progressive method, whose heatmaps weigh its losses.
/// </summary>
/// <remarks>
/// Differs from the paper: the teacher is the 68 points themselves, drawn as Gaussians as FAN was taught to, and not
/// FAN's own maps, which need its weights.
/// </remarks>
public sealed class DistilledFanMethod : Method
{
    public override string Id => "distilled-fan";

    public override string Citation =>
        "Kim, Kim, Kwon, Kim: Progressive Face Super-Resolution via Attention to Facial Landmark. BMVC 2019, section 3.4.";

    public override Type RecipeType => typeof(DistilledFanRecipe);

    public override ModelTask Task => ModelTask.Heatmaps;

    public override Annotations Needs => Annotations.Landmarks;

    public override string ShippedWeights => "network.average";

    public override ITrainingStage CreateStage(Recipe recipe, Device device)
    {
        var own = (DistilledFanRecipe)recipe;
        return new SupervisedStage("network", ShippedNetwork(recipe), recipe, own.Adam, device, (network, batch, mode) =>
            new LossTerms().Add("heatmap", 1, PixelLoss.L2(
                network.Forward(batch.HighResTensor(network.Device), mode),
                Heatmaps.Of(batch, batch.HighResSide, own.Sigma * batch.HighResSide / 64).To(network.Device))));
    }

    public override IValidation CreateValidation(Recipe recipe, ValidationFaces faces) =>
        new LandmarkValidation(faces, recipe, maps => Decode(maps, recipe.Data.HighRes));

    public override Block ShippedNetwork(Recipe recipe) => new DistilledFanNetwork();

    private static IEnumerable<Landmarks> Decode(Tensor maps, int side) =>
        maps.ToArray().Chunk(Landmarks.Count * side * side).Select(face => HeatmapDecoder.LocalMean(face, side, side, scale: 1));
}
