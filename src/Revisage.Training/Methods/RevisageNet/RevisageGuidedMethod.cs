using Revisage.Data;
using Revisage.Restoration;
using Revisage.Torch;
using Revisage.Training.Layers;
using Revisage.Training.Losses;
using Revisage.Training.Onnx;
using Revisage.Training.Runs;
using Revisage.Training.Torch;

namespace Revisage.Training.Methods.RevisageNet;

/// <summary>Adam on the L1 distance, on top of a model whose weights stay.</summary>
public sealed record RevisageGuidedRecipe : Recipe
{
    public RevisageGuidedOptions Network { get; init; } = new();

    /// <summary>The model that makes the faces without a guide.</summary>
    public string First { get; init; } = "revisage-16";

    /// <summary>Adam's constants; the rate follows <see cref="Recipe.LearningRate"/>.</summary>
    public AdamOptions Adam { get; init; } = new();
}

/// <summary>The sixth method with another photograph of the person.</summary>
public sealed class RevisageGuidedMethod : Method
{
    private const string LandmarkModel = "landmarks";

    public override string Id => "revisage-guided";

    public override string Citation => "Revisage: face super-resolution for .NET, 2026.";

    public override Type RecipeType => typeof(RevisageGuidedRecipe);

    public override string ShippedWeights => "generator.average";

    public override Annotations Needs(Recipe recipe) => Annotations.Landmarks;

    public override IReadOnlyList<string> Priors(Recipe recipe) => [((RevisageGuidedRecipe)recipe).First];

    public override Guidance Guidance(Recipe recipe) => new(((RevisageGuidedRecipe)recipe).First, LandmarkModel);

    public override IReadOnlyList<TrainingPhase> Phases(Recipe recipe) =>
        TrainingPhase.Only(recipe with { Data = Laid(recipe, GuideChoice.Mixed) }, setting => CreateStage((RevisageGuidedRecipe)recipe, setting));

    public override IValidation CreateValidation(Recipe recipe, ValidationFaces faces) => new RevisageGuidedValidation(faces, recipe, ModelStore.Default);

    public override Block ShippedNetwork(Recipe recipe) => new RevisageGuidedNetwork(((RevisageGuidedRecipe)recipe).Network);

    public override IReadOnlyList<OnnxInput> Inputs(Recipe recipe)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        return [.. GuidedInputs.Shapes(recipe.Data.HighRes).Select(input => new OnnxInput(input.Name, input.Channels, input.Side, input.Side))];
    }

    /// <summary>The recipe's data with guides laid over the faces.</summary>
    internal static DataOptions Laid(Recipe recipe, GuideChoice guides) => recipe.Data with { Guides = guides, LayGuides = true };

    private SupervisedStage CreateStage(RevisageGuidedRecipe recipe, TrainingSetting setting)
    {
        var first = OpenFirst(recipe, setting);
        return new SupervisedStage(
            "generator", ShippedNetwork(recipe), recipe, recipe.Adam, setting.Device,
            (generator, batch, mode) => new LossTerms().Add("pixel", 1, PixelLoss.L1(generator.Forward(InputsOf(recipe, batch, first, mode.Precision), mode)[0], batch.HighResTensor(setting.Device))),
            owned: first);
    }

    /// <summary>The model that makes the faces without a guide; the caller disposes it.</summary>
    /// <exception cref="RevisageException">It makes faces of other sizes than the recipe's, or in another range.</exception>
    internal static TorchNetwork OpenFirst(RevisageGuidedRecipe recipe, TrainingSetting setting)
    {
        var stored = Onnx.ShippedNetwork.Find(setting.Models, recipe.First);
        var (card, data) = (stored.Card, recipe.Data);
        return (card.Input.Width, card.Output.Width, card.Range) == (data.LowRes, data.HighRes, data.Range)
            ? Onnx.ShippedNetwork.Open(stored, "first", setting.Device)
            : throw new RevisageException(
                $"'{recipe.First}' makes faces of {card.Input} to {card.Output} in the range {card.Range}, but the recipe's are {data.LowRes} to {data.HighRes} in {data.Range}. Set data.low_res, data.high_res and data.range to the model's, or name another by first.");
    }

    /// <summary>What the network takes of a batch whose guides are laid over the faces.</summary>
    /// <param name="first">Makes the faces without a guide.</param>
    internal static IReadOnlyList<Tensor> InputsOf(Recipe recipe, FaceBatch batch, TorchNetwork first, Precision precision)
    {
        using var mode = Autograd.WithoutGradients();
        var (device, side) = (first.Device, batch.HighResSide);
        var laid = batch.Laid ?? throw new InvalidOperationException("The batch's guides are not laid over its faces.");
        var (low, width) = recipe.Data.Range.Bounds();
        var guide = batch.GuideTensor(device);
        var missed = guide - Enlarge(Tensor.Of(laid.LowRes, batch.Size, 3, batch.LowResSide, batch.LowResSide).To(device));
        return
        [
            Enlarge(batch.LowResTensor(device)), guide, missed,
            Tensor.Of(laid.Flow, batch.Size, 2, side, side).To(device), Tensor.Of(laid.Coverage, batch.Size, 1, side, side).To(device),
        ];

        // Clipped, as pictures are.
        Tensor Enlarge(Tensor small) => first.Forward(small, new ForwardMode(Training: false, precision)).Clamp(low, low + width);
    }
}
