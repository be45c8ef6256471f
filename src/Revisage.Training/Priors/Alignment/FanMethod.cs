using Revisage.Data;
using Revisage.Data.GroundTruth;
using Revisage.Faces;
using Revisage.Restoration;
using Revisage.Torch;
using Revisage.Training.Import;
using Revisage.Training.Layers;
using Revisage.Training.Losses;
using Revisage.Training.Methods;
using Revisage.Training.Runs;
using Revisage.Training.Torch;

namespace Revisage.Training.Priors.Alignment;

/// <summary>How FAN is trained.</summary>
public sealed record FanRecipe : Recipe
{
    public FanOptions Network { get; init; } = new();

    /// <summary>Adam's constants; the rate follows <see cref="Recipe.LearningRate"/>.</summary>
    public AdamOptions Adam { get; init; } = new();

    /// <summary>Standard deviation of the Gaussians that it learns to draw, in pixels of maps of 64x64.</summary>
    public double Sigma { get; init; } = LandmarkHeatmaps.FanSigma;
}

/// <summary>
/// FAN at its published size, the teacher of the distilled one: about 150 GFLOP a training image of 256 pixels, so a GPU's
/// work; its published weights can be imported.
/// </summary>
/// <remarks>Differs from the paper: Adam in the place of RMSprop.</remarks>
public sealed class FanMethod : Method
{
    public override string Id => "fan";

    public override string Citation =>
        "Bulat, Tzimiropoulos: How far are we from solving the 2D and 3D Face Alignment problem? ICCV 2017.";

    public override Type RecipeType => typeof(FanRecipe);

    public override ModelTask Task => ModelTask.Heatmaps;

    public override Annotations Needs(Recipe recipe) => Annotations.Landmarks;

    public override string ShippedWeights => "network.average";

    public override NameMap AuthorLayout => AuthorLayouts.Fan4;

    public override Recipe Published => new FanRecipe
    {
        Method = Id,
        Data = new DataOptions { HighRes = 256, LowRes = 0, Range = ValueRange.Unit },
    };

    public override IReadOnlyList<TrainingPhase> Phases(Recipe recipe) => TrainingPhase.Only(recipe, setting => CreateStage(recipe, setting.Device));

    private static ITrainingStage CreateStage(Recipe recipe, Device device)
    {
        var own = (FanRecipe)recipe;
        var fan = new FanNetwork(own.Network);
        return new SupervisedStage("network", fan, recipe, own.Adam, device, (network, batch, mode) =>
        {
            var side = batch.HighResSide / FanNetwork.Shrinks;
            var truth = Heatmaps.Of(batch, side, own.Sigma * side / 64).To(network.Device);
            var losses = new LossTerms();
            foreach (var (stack, maps) in fan.Stacks(network.Enter(batch.HighResTensor(network.Device), mode)).Index())
            {
                losses.Add($"heatmap_{stack + 1}", 1, PixelLoss.L2(TorchNetwork.Leave(maps), truth));
            }

            return losses;
        });
    }

    public override IValidation CreateValidation(Recipe recipe, ValidationFaces faces)
    {
        var side = recipe.Data.HighRes / FanNetwork.Shrinks;
        return new LandmarkValidation(faces, recipe, maps =>
            maps.ToArray().Chunk(Landmarks.Count * side * side).Select(face => HeatmapDecoder.Quarter(face, side, side, FanNetwork.Shrinks)));
    }

    public override Block ShippedNetwork(Recipe recipe) => new FanNetwork(((FanRecipe)recipe).Network);
}
