using System.Numerics;
using Revisage.Data;
using Revisage.Faces;
using Revisage.Restoration;
using Revisage.Torch;
using Revisage.Training.Layers;
using Revisage.Training.Losses;
using Revisage.Training.Methods;
using Revisage.Training.Runs;
using Revisage.Training.Torch;

namespace Revisage.Training.Priors.Alignment;

/// <summary>How the landmark network is trained.</summary>
public sealed record LandmarkRecipe : Recipe
{
    public LandmarkNetworkOptions Network { get; init; } = new();

    /// <summary>Adam's constants; the rate follows <see cref="Recipe.LearningRate"/>.</summary>
    public AdamOptions Adam { get; init; } = new();
}

/// <summary>The landmark network that measures restored faces and aligns those of photographs.</summary>
public sealed class LandmarkMethod : Method
{
    public override string Id => "landmarks";

    public override string Citation =>
        "Bulat, Tzimiropoulos: How far are we from solving the 2D and 3D Face Alignment problem? ICCV 2017. Sun, Xiao, Wei, Liang, Wei: Integral Human Pose Regression. ECCV 2018.";

    public override Type RecipeType => typeof(LandmarkRecipe);

    public override ModelTask Task => ModelTask.Landmarks;

    public override Annotations Needs(Recipe recipe) => Annotations.Landmarks;

    public override string ShippedWeights => "network.average";

    public override IReadOnlyList<TrainingPhase> Phases(Recipe recipe) => TrainingPhase.Only(recipe, setting => CreateStage(recipe, setting.Device));

    private ITrainingStage CreateStage(Recipe recipe, Device device)
    {
        var own = (LandmarkRecipe)recipe;
        return new SupervisedStage("network", ShippedNetwork(recipe), recipe, own.Adam, device, (network, batch, mode) =>
            new LossTerms().Add("landmark", 1, Distance(network.Forward(batch.HighResTensor(network.Device), mode), batch)));
    }

    public override IValidation CreateValidation(Recipe recipe, ValidationFaces faces) =>
        new LandmarkValidation(faces, recipe, points => Decode(points, recipe.Data.HighRes));

    public override Block ShippedNetwork(Recipe recipe) => new LandmarkNetwork(((LandmarkRecipe)recipe).Network);

    /// <summary>mean |found - truth| over known points, in percent of the side.</summary>
    internal static Tensor Distance(Tensor points, FaceBatch batch)
    {
        var truth = new float[batch.Size * 2 * Landmarks.Count];
        var known = new float[truth.Length];
        for (var i = 0; i < truth.Length; i++)
        {
            // [N, 68, 2] to [N, 2 * 68].
            var (face, rest) = Math.DivRem(i, 2 * Landmarks.Count);
            var (axis, point) = Math.DivRem(rest, Landmarks.Count);
            var value = batch.Landmarks[(face * Landmarks.Count + point) * 2 + axis];
            (truth[i], known[i]) = float.IsNaN(value) ? (0, 0) : ((value + 0.5f) / batch.HighResSide, 1);
        }

        long[] shape = [batch.Size, 2 * Landmarks.Count];
        var device = points.IsCuda ? Device.Cuda() : Device.Cpu;
        return ((points - Tensor.Of(truth, shape).To(device)).Abs() * Tensor.Of(known, shape).To(device)).Sum() * (100 / Math.Max(1.0, known.Sum()));
    }

    private static IEnumerable<Landmarks> Decode(Tensor points, int side) => points.ToArray().Chunk(2 * Landmarks.Count)
        .Select(face => new Landmarks([.. Enumerable.Range(0, Landmarks.Count).Select(i => new Vector2(face[i] * side - 0.5f, face[Landmarks.Count + i] * side - 0.5f))]));
}
