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

/// <summary>How the distilled FAN is trained; the defaults are those of the authors' code (Kim 2019).</summary>
public sealed record DistilledFanRecipe : Recipe
{
    /// <summary>Adam's constants; the rate follows <see cref="Recipe.LearningRate"/>.</summary>
    public AdamOptions Adam { get; init; } = new();

    /// <summary>Standard deviation of the Gaussians that it learns to draw, in pixels of maps of 64x64.</summary>
    public double Sigma { get; init; } = LandmarkHeatmaps.FanSigma;

    /// <summary>
    /// A file of the published 2D-FAN-4's weights, whose heatmaps of 64x64 are learned in the place of drawn ones;
    /// faces are then of 64 pixels. Null to learn from the landmarks themselves.
    /// </summary>
    public string? Teacher { get; init; }
}

/// <summary>
/// The small landmark network of the progressive method, whose heatmaps weigh its losses.
/// </summary>
/// <remarks>
/// Differs from the paper: unless a <see cref="DistilledFanRecipe.Teacher"/> is named, the 68 points themselves teach,
/// drawn as Gaussians as FAN was taught to. Differs from the authors' code: the teacher normalises by its own statistics
/// and not by the batch's.
/// </remarks>
public sealed class DistilledFanMethod : Method
{
    private const int MapSide = 64;
    private const int FanSide = MapSide * FanNetwork.Shrinks;

    public override string Id => "distilled-fan";

    public override string Citation =>
        "Kim, Kim, Kwon, Kim: Progressive Face Super-Resolution via Attention to Facial Landmark. BMVC 2019, section 3.3.";

    public override Type RecipeType => typeof(DistilledFanRecipe);

    public override ModelTask Task => ModelTask.Heatmaps;

    public override Annotations Needs(Recipe recipe) => Annotations.Landmarks;

    public override string ShippedWeights => "network.average";

    public override NameMap AuthorLayout => AuthorLayouts.DistilledFan;

    public override Recipe Published => new DistilledFanRecipe
    {
        Method = Id,
        Data = new DataOptions { HighRes = MapSide, LowRes = 0, Range = ValueRange.Unit },
    };

    public override IReadOnlyList<TrainingPhase> Phases(Recipe recipe) => TrainingPhase.Only(recipe, setting => CreateStage(recipe, setting.Device));

    private ITrainingStage CreateStage(Recipe recipe, Device device)
    {
        var own = (DistilledFanRecipe)recipe;
        var teacher = own.Teacher is { } path ? Fan(path, device) : null;
        return new SupervisedStage("network", ShippedNetwork(recipe), recipe, own.Adam, device, (network, batch, mode) =>
        {
            var faces = batch.HighResTensor(network.Device);
            var truth = teacher is null
                ? Heatmaps.Of(batch, batch.HighResSide, own.Sigma * batch.HighResSide / MapSide).To(network.Device)
                : Teach(teacher, faces, mode with { Training = false });
            return new LossTerms().Add("heatmap", 1, PixelLoss.L2(network.Forward(faces, mode), truth));
        }, owned: teacher);
    }

    public override void Check(Recipe recipe)
    {
        if (((DistilledFanRecipe)recipe).Teacher is not null && recipe.Data.HighRes != MapSide)
        {
            throw new RevisageException($"FAN teaches maps of {MapSide}x{MapSide}, but data.high_res is {recipe.Data.HighRes}. Set it to {MapSide}, or name no teacher.");
        }
    }

    /// <summary>Against the points, and against those that the teacher finds if there is one (table 1).</summary>
    public override IValidation CreateValidation(Recipe recipe, ValidationFaces faces)
    {
        using var teacher = ((DistilledFanRecipe)recipe).Teacher is { } path ? Fan(path, Device.Cpu) : null;
        return new LandmarkValidation(
            faces,
            recipe,
            maps => Decode(maps, recipe.Data.HighRes),
            teacher is null ? null : shown => Decode(Teach(teacher, shown, new ForwardMode(Training: false, Precision.Fp32)), MapSide));
    }

    public override Block ShippedNetwork(Recipe recipe) => new DistilledFanNetwork();

    private static TorchNetwork Fan(string path, Device device)
    {
        var fan = new TorchNetwork("teacher", new FanNetwork(new FanOptions()), seed: 0, device);
        fan.Load(AuthorLayouts.Fan4.Apply(ImportedCheckpoint.Read(path), fan.Weights.Select(named => named.Path)));
        return fan;
    }

    private static Tensor Teach(TorchNetwork fan, Tensor faces, ForwardMode mode)
    {
        using var gradients = Autograd.WithoutGradients();
        return fan.Forward(faces.UpsampleBilinear2d(FanSide, FanSide, alignCorners: false), mode);
    }

    private static IEnumerable<Landmarks> Decode(Tensor maps, int side) =>
        maps.ToArray().Chunk(Landmarks.Count * side * side).Select(face => HeatmapDecoder.HalfMean(face, side, side, scale: 1));
}
