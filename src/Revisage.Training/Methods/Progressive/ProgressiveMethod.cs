using Revisage.Training.Import;
using Revisage.Training.Layers;
using Revisage.Training.Priors.Features;
using Revisage.Training.Runs;

namespace Revisage.Training.Methods.Progressive;

/// <summary>
/// Progressive face super-resolution: three steps, each of which doubles the face and fades in, under losses that a landmark
/// network weighs.
/// </summary>
public sealed class ProgressiveMethod : Method
{
    public override string Id => "progressive";

    public override string Citation =>
        "Kim, Kim, Kwon, Kim: Progressive Face Super-Resolution via Attention to Facial Landmark. BMVC 2019.";

    public override Type RecipeType => typeof(ProgressiveRecipe);

    public override string ShippedWeights => "generator.average";

    public override NameMap AuthorLayout => AuthorLayouts.Progressive;

    public override Recipe Published => new ProgressiveRecipe { Method = Id };

    public override IReadOnlyList<string> Priors(Recipe recipe)
    {
        var own = (ProgressiveRecipe)recipe;
        return
        [
            .. Used(own, own.Weights.Perceptual) ? PerceptualFeatures.PriorsOf(own.Perceptual) : [],
            .. UsesAlignment(own) ? new[] { own.Alignment.Model } : [],
        ];
    }

    /// <summary>The steps, by the names that the networks have for them.</summary>
    public override IReadOnlyList<TrainingPhase> Phases(Recipe recipe)
    {
        var own = (ProgressiveRecipe)recipe;
        return
        [
            .. StepsOf(own).Select(step => new TrainingPhase($"step{step}", own.ScheduleOf(step), own.DataOf(step), setting =>
            {
                if (UsesAlignment(own))
                {
                    _ = AlignmentMaps.Find(own.Alignment, setting.Models);
                }

                return new ProgressiveStage(own, step, setting);
            })
            {
                KeepsOptimizers = true,
            }),
        ];
    }

    public override bool ShipsAfter(Recipe recipe, string phase) => phase == $"step{ProgressiveGenerator.Steps}";

    public override IValidation CreateValidation(Recipe recipe, ValidationFaces faces) => new SuperResolutionValidation(faces, recipe);

    public override void Check(Recipe recipe)
    {
        var own = (ProgressiveRecipe)recipe;
        foreach (var (key, channels) in new[] { ("network", own.Network.Channels), ("critic", own.Critic.Channels) })
        {
            Require(channels > 0 && channels % 8 == 0, $"{key}.channels is {channels}, which three halvings do not leave whole. Set a multiple of 8.");
        }

        foreach (var (key, weights) in own.Weights.All)
        {
            Require(
                weights.Count == ProgressiveGenerator.Steps && weights.All(weight => weight >= 0),
                $"weights.{key} is [{string.Join(", ", weights)}]. Give three numbers from 0 on, one for each step.");
        }

        foreach (var (key, schedule) in new[] { ("step2", own.Step2), ("step3", own.Step3) })
        {
            Require(schedule.FadeIn is >= 0 and <= 1, $"{key}.fade_in is {schedule.FadeIn}. Give a share of the step's iterations, from 0 to 1.");
            Require(schedule.Iterations > 0 && schedule.Batch > 0, $"{key} has {schedule.Iterations} iterations of {schedule.Batch} images. Give at least 1 of each.");
        }

        foreach (var step in StepsOf(own))
        {
            Require(
                own.Weights.All.Any(term => term.Weights[step - 1] > 0 && (term.Key != "perceptual" || own.Perceptual.WeightInUse > 0)),
                $"In step {step} every loss has the weight 0. Give weights.pixel, or another, a weight there.");
        }

        SuperResolution.CheckSizes(recipe, this);
        Require(
            own.Alignment.Side >= 0 && (own.Alignment.Side == 0 || StepsOf(own).All(step => own.DataOf(step).HighRes is var side && (side <= own.Alignment.Side || side % own.Alignment.Side == 0))),
            $"alignment.side is {own.Alignment.Side}, which does not divide the faces' sides. Set 64, or 0 to leave them as they are.");
    }

    public override Block ShippedNetwork(Recipe recipe) => new ProgressiveGenerator(((ProgressiveRecipe)recipe).Network);

    private static IEnumerable<int> StepsOf(ProgressiveRecipe recipe) =>
        recipe.Progressive ? Enumerable.Range(1, ProgressiveGenerator.Steps) : [ProgressiveGenerator.Steps];

    private static bool UsesAlignment(ProgressiveRecipe recipe) => Used(recipe, recipe.Weights.Heatmap) || Used(recipe, recipe.Weights.Attention);

    private static bool Used(ProgressiveRecipe recipe, IReadOnlyList<double> weights) => StepsOf(recipe).Any(step => weights[step - 1] > 0);

    private static void Require(bool holds, FormattableString fault)
    {
        if (!holds)
        {
            throw new RevisageException(FormattableString.Invariant(fault));
        }
    }
}
