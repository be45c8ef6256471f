using Revisage.Data;
using Revisage.Restoration;
using Revisage.Torch;
using Revisage.Training.Layers;
using Revisage.Training.Onnx;
using Revisage.Training.Runs;

namespace Revisage.Training.Methods.HighToLow;

/// <summary>How High-to-Low learns; the defaults are the paper's (section 3.6), and the sizes too.</summary>
public sealed record HighToLowRecipe : Recipe
{
    internal const long PaperIterations = 570_000;
    // An epoch of 182,866 faces is 2,850 updates.
    internal const int PaperBatch = 64;

    public HighToLowRecipe()
    {
        (Iterations, Batch) = (PaperIterations, PaperBatch);
        Data = new DataOptions { HighRes = 64, LowRes = 16 };
    }

    public HighToLowOptions Network { get; init; } = new();

    public AdversaryOptions Adversary { get; init; } = new();

    /// <summary>Of the distance between the small face and the large one averaged.</summary>
    public double PixelWeight { get; init; } = 1;

    /// <summary>Adam's constants; the rate follows <see cref="Recipe.LearningRate"/>.</summary>
    public AdamOptions Adam { get; init; } = new() { Beta1 = 0, Beta2 = 0.9 };

    /// <summary>With a real poor face of somebody else beside each.</summary>
    internal DataOptions PoorData => Data with { LowQuality = true };
}

/// <summary>The degradation that is learned: from a large face and noise to a small poor one.</summary>
public sealed class HighToLowMethod : Method
{
    internal const string MethodId = "high-to-low";

    internal const string Paper =
        "Bulat, Yang, Tzimiropoulos: To learn image super-resolution, use a GAN to learn how to do image degradation first. ECCV 2018.";

    public override string Id => MethodId;

    public override string Citation => Paper;

    public override Type RecipeType => typeof(HighToLowRecipe);

    public override ModelTask Task => ModelTask.Degradation;

    public override string ShippedWeights => HighToLowStage.Shipped;

    public override IReadOnlyList<string> Outputs(Recipe recipe) => ["lr"];

    public override IReadOnlyList<OnnxInput> Inputs(Recipe recipe)
    {
        var network = ((HighToLowRecipe)recipe).Network;
        return [new OnnxInput("hr", 3, network.Side, network.Side), new OnnxInput("noise", network.Noise)];
    }

    public override IReadOnlyList<TrainingPhase> Phases(Recipe recipe)
    {
        var own = (HighToLowRecipe)recipe;
        return [Phase(TrainingPhase.OnlyName, own)];
    }

    /// <summary>Its training as a phase, of its own run or of Low-to-High's.</summary>
    internal static TrainingPhase Phase(string name, HighToLowRecipe recipe) =>
        new(name, recipe.Schedule, recipe.PoorData, setting => new HighToLowStage(recipe, setting.Device)) { Validation = faces => new HighToLowValidation(faces, recipe) };

    public override IValidation CreateValidation(Recipe recipe, ValidationFaces faces) => new HighToLowValidation(faces, (HighToLowRecipe)recipe);

    public override void Check(Recipe recipe) => Check((HighToLowRecipe)recipe, "");

    /// <param name="key">Before the network's keys in the recipe: <c>high_to_low.</c>, or nothing.</param>
    internal static void Check(HighToLowRecipe recipe, string key)
    {
        var (network, large, small) = (recipe.Network, recipe.Data.HighRes, recipe.Data.LowRes);
        if (network.Side != large || network.Side != network.Factor * small)
        {
            throw new RevisageException(
                $"The recipe's High-to-Low makes faces of {network.Side} pixels {network.Factor} times smaller, but data.high_res is {large} and data.low_res {small}. Set {key}network.side and {key}network.factor, or the data's sizes, so that they agree.");
        }

        _ = new HighToLowGenerator(network);
        recipe.Adversary.Check(recipe.PixelWeight, small);
    }

    public override Block ShippedNetwork(Recipe recipe) => new HighToLowGenerator(((HighToLowRecipe)recipe).Network);
}
