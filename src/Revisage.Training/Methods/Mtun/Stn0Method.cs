using Revisage.Data;
using Revisage.Faces;
using Revisage.Restoration;
using Revisage.Torch;
using Revisage.Training.Layers;
using Revisage.Training.Losses;
using Revisage.Training.Runs;
using Revisage.Training.Torch;

namespace Revisage.Training.Methods.Mtun;

/// <summary>How STN0 is trained: small faces out of place, compared with the same ones upright.</summary>
public sealed record Stn0Recipe : Recipe
{
    public Stn0Recipe() => Data = new DataOptions { HighRes = 16, LowRes = 16, FullRes = 128, Unaligned = new UnalignedOptions() };

    /// <summary>Adam's constants; the rate follows <see cref="Recipe.LearningRate"/>.</summary>
    public AdamOptions Adam { get; init; } = new();
}

/// <summary>Sets faces of 16 pixels upright, so that methods which take aligned ones can be compared with MTUN.</summary>
/// <remarks>The paper (Yu 2018, section 3.4) names the network and not its training: L2 to the upright small face and Adam are choices.</remarks>
public sealed class Stn0Method : Method
{
    public override string Id => "stn0";

    public override string Citation =>
        "Yu, Fernando, Ghanem, Porikli, Hartley: Face Super-resolution Guided by Facial Component Heatmaps. ECCV 2018, section 3.4.";

    public override Type RecipeType => typeof(Stn0Recipe);

    public override ModelTask Task => ModelTask.Alignment;

    public override string ShippedWeights => "network.average";

    public override IReadOnlyList<TrainingPhase> Phases(Recipe recipe) => TrainingPhase.Only(recipe, setting => CreateStage(recipe, setting.Device));

    public override IValidation CreateValidation(Recipe recipe, ValidationFaces faces) => new SuperResolutionValidation(faces, recipe);

    public override void Check(Recipe recipe)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        if ((recipe.Data.LowRes, recipe.Data.HighRes) != (Stn0Network.Side, Stn0Network.Side) || recipe.Data.Unaligned is null)
        {
            throw new RevisageException(
                $"STN0 sets faces of {Stn0Network.Side} pixels upright, but data.low_res is {recipe.Data.LowRes}, data.high_res {recipe.Data.HighRes} and data.unaligned {(recipe.Data.Unaligned is null ? "absent" : "there")}. Set both sizes to {Stn0Network.Side}, data.full_res to the photographs' and data.unaligned to {{}}.");
        }
    }

    public override Block ShippedNetwork(Recipe recipe) => new Stn0Network();

    private SupervisedStage CreateStage(Recipe recipe, Device device) =>
        new("network", ShippedNetwork(recipe), recipe, ((Stn0Recipe)recipe).Adam, device, (network, batch, mode) =>
            new LossTerms().Add("pixel", 1, PixelLoss.L2(network.Forward(batch.LowResTensor(network.Device), mode), batch.HighResTensor(network.Device))));
}
