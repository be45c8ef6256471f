using Revisage.Data;
using Revisage.Training.Layers;
using Revisage.Training.Priors.Features;
using Revisage.Training.Runs;

namespace Revisage.Training.Methods.Mtun;

/// <summary>Unaligned faces of 16 pixels to upright ones of 128, by way of where eyes, nose, mouth and jaw are.</summary>
public sealed class MtunMethod : Method
{
    private const string Content = "content";
    private const string Adversarial = "adversarial";

    public override string Id => "mtun";

    public override string Citation =>
        "Yu, Fernando, Ghanem, Porikli, Hartley: Face Super-resolution Guided by Facial Component Heatmaps. ECCV 2018.";

    public override Type RecipeType => typeof(MtunRecipe);

    public override string ShippedWeights => "generator.average";

    public override Annotations Needs(Recipe recipe) => ((MtunRecipe)recipe).HasHeatmapLoss ? Annotations.Landmarks : Annotations.None;

    public override IReadOnlyList<string> Priors(Recipe recipe) => PerceptualFeatures.PriorsOf(((MtunRecipe)recipe).Perceptual);

    /// <summary>The adversarial phase alone, as the authors train; a content phase before it if that has iterations.</summary>
    public override IReadOnlyList<TrainingPhase> Phases(Recipe recipe)
    {
        var own = (MtunRecipe)recipe;
        // One generator, going on under more losses: its optimiser has nothing to forget.
        var all = new TrainingPhase(Adversarial, own.Schedule, own.Data, setting => new MtunStage(own, own.Schedule, content: false, setting)) { KeepsOptimizers = true };
        return own.Content.Iterations == 0
            ? [all]
            : [new TrainingPhase(Content, own.Content, own.Data, setting => new MtunStage(own, own.Content, content: true, setting)) { HandsOverBest = true }, all];
    }

    /// <summary>The picture shows the heatmaps beside the face: eyes red, nose green, mouth blue, jaw grey.</summary>
    public override IValidation CreateValidation(Recipe recipe, ValidationFaces faces) => new SuperResolutionValidation(faces, recipe) { Beside = MapPictures.Of };

    public override void Check(Recipe recipe)
    {
        SuperResolution.CheckSizes(recipe, this);
        foreach (var phase in Phases(recipe).Where(phase => phase.Schedule.Batch < 2))
        {
            throw new RevisageException(
                $"MTUN's autoencoder normalises single pixels over the batch, and its discriminator sees half of it, but batch is {phase.Schedule.Batch} in the phase '{phase.Name}'. Set 2 or more.");
        }
    }

    public override Block ShippedNetwork(Recipe recipe) => new MtunGenerator(((MtunRecipe)recipe).Network);

    public override IReadOnlyList<string> Outputs(Recipe recipe) =>
        ((MtunRecipe)recipe).Network.Heatmaps == HeatmapPlace.None ? ["sr"] : ["sr", "heatmaps"];
}
