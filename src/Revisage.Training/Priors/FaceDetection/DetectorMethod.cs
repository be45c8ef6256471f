using Revisage.Data;
using Revisage.Restoration;
using Revisage.Torch;
using Revisage.Training.Layers;
using Revisage.Training.Methods;
using Revisage.Training.Onnx;
using Revisage.Training.Runs;

namespace Revisage.Training.Priors.FaceDetection;

/// <summary>How the face detector is trained: by photographs with boxes, and by the faces of a prepared set, which are pasted into them.</summary>
public sealed record DetectorRecipe : Recipe
{
    public DetectorNetworkOptions Network { get; init; } = new();

    /// <summary>Adam's constants; the rate follows <see cref="Recipe.LearningRate"/>.</summary>
    public AdamOptions Adam { get; init; } = new();

    /// <summary>The folder of photographs, as <see cref="BoxedPhotographs"/> reads it.</summary>
    public string Photographs { get; init; } = "";

    /// <summary>So many of them, the last by name, are measured on and not learned from.</summary>
    public int HeldOut { get; init; } = 150;

    public DetectionCropOptions Crops { get; init; } = new();

    internal override Recipe WithoutPlaces() => (DetectorRecipe)base.WithoutPlaces() with { Photographs = "" };
}

/// <summary>The detector that finds the faces of whole photographs, of 12 pixels and more.</summary>
public sealed class DetectorMethod : Method
{
    public override string Id => "face-detector";

    public override string Citation =>
        "Tian, Shen, Chen, He: FCOS: Fully Convolutional One-Stage Object Detection. ICCV 2019. Deng, Guo, Ververas, Kotsia, Zafeiriou: RetinaFace. CVPR 2020.";

    public override Type RecipeType => typeof(DetectorRecipe);

    public override ModelTask Task => ModelTask.Detection;

    public override Annotations Needs(Recipe recipe) => Annotations.Landmarks;

    public override string ShippedWeights => "network.average";

    public override void Check(Recipe recipe)
    {
        var own = (DetectorRecipe)recipe;
        own.Crops.Checked();
        if (Photographs(own).Count <= own.HeldOut || own.HeldOut < 1)
        {
            throw new RevisageException(
                $"'{own.Photographs}' has {Photographs(own).Count} photographs, and the recipe's held_out is {own.HeldOut}. Hold out one or more, and fewer than there are.");
        }
    }

    public override IReadOnlyList<TrainingPhase> Phases(Recipe recipe) => TrainingPhase.Only(recipe, setting => CreateStage((DetectorRecipe)recipe, setting.Device));

    private static SupervisedStage CreateStage(DetectorRecipe recipe, Device device)
    {
        // Without a folder, faces are pasted on plain colours.
        var learned = recipe.Photographs.Length == 0 ? [] : Photographs(recipe).SkipLast(recipe.HeldOut).ToArray();
        var crops = new DetectionCrops(learned, recipe.Crops, recipe.Data.Range, recipe.Seed);
        return new SupervisedStage("network", new DetectorNetwork(recipe.Network), recipe, recipe.Adam, device, (network, faces, mode) =>
        {
            var batch = crops.Batch(faces);
            return DetectionLoss.Of(network.Forward([batch.PixelTensor(network.Device)], mode), batch.Targets);
        });
    }

    /// <summary>As many held-out photographs as there are faces to validate by, spread evenly; the faces themselves are not looked at.</summary>
    public override IValidation CreateValidation(Recipe recipe, ValidationFaces faces)
    {
        ArgumentNullException.ThrowIfNull(faces);
        var own = (DetectorRecipe)recipe;
        var heldOut = Photographs(own).TakeLast(own.HeldOut).ToArray();
        var count = Math.Min(faces.Count, heldOut.Length);
        return new DetectionValidation([.. Enumerable.Range(0, count).Select(i => heldOut[(int)((long)i * heldOut.Length / count)])], recipe.Data.Range, recipe.Report.PictureRows);
    }

    public override Block ShippedNetwork(Recipe recipe) => new DetectorNetwork(((DetectorRecipe)recipe).Network);

    public override IReadOnlyList<OnnxInput> Inputs(Recipe recipe)
    {
        var side = ((DetectorRecipe)recipe).Crops.Side;
        return [new OnnxInput("photograph", 3, side, side) { AnySize = true }];
    }

    public override IReadOnlyList<string> Outputs(Recipe recipe) => [.. DetectionLevel.All.Select(level => $"stride{level.Stride}")];

    private static IReadOnlyList<BoxedPhotograph> Photographs(DetectorRecipe recipe) => recipe.Photographs.Length > 0
        ? BoxedPhotographs.Read(recipe.Photographs)
        : throw new RevisageException("The recipe names no photographs. Name their folder by --set photographs=DIR: 'images', and 'boxes.csv' with the columns file, x, y, w and h.");
}
