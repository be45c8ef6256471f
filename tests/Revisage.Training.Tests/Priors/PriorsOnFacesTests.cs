using Revisage.Data;
using Revisage.Restoration;
using Revisage.Tests;
using Revisage.Torch;
using Revisage.Training.Losses;
using Revisage.Training.Methods;
using Revisage.Training.Onnx;
using Revisage.Training.Runs;
using Revisage.Training.Torch;

namespace Revisage.Training.Tests.Priors;

/// <summary>The networks that ship, as ONNX Runtime runs them, on faces that they were not trained on.</summary>
[Trait("Category", "torch")]
public sealed class PriorsOnFacesTests
{
    private static readonly Lazy<IFaceSource> Faces = new(() => FaceSources.Open(Path.Combine(FacesFactAttribute.Folder, "aligned")));

    [FacesFact]
    public void Landmarks_are_off_by_less_than_2_percent() => Measure("landmarks", "nme").ShouldBeInRange(0.5, 2);

    [FacesFact]
    public void The_distilled_FAN_is_off_by_less_than_3_and_a_half_percent() => Measure("distilled-fan", "nme", images: 231).ShouldBeInRange(1, 3.5);

    [FacesFact]
    public void The_parsers_skin_overlaps_by_85_percent() => Measure("face-parser", "iou_skin").ShouldBeInRange(85, 99);

    [FacesFact]
    public void Identities_never_seen_are_told_apart()
    {
        Measure("inet", "accuracy").ShouldBeInRange(85, 99);
        Measure("identity-eval", "accuracy").ShouldBeInRange(80, 99);
    }

    private static double Measure(string name, string metric, int images = 200)
    {
        var stored = ModelStore.Default.Find(name);
        var recipe = RecipeFile.Parse(OnnxWeights.Read(stored.Path).Metadata[ShippedNetwork.RecipeKey], $"inside '{name}'", []);
        using var stage = new Shipped(stored.Open());
        var faces = new ValidationFaces(Faces.Value, recipe.Data, recipe.Report with { ValidationImages = images });
        return MethodCatalog.Find(recipe.Method).CreateValidation(recipe, faces).Run(stage).Metrics.Single(one => one.Name == metric).Value;
    }

    /// <summary>A stage that is never trained: the exported file.</summary>
    private sealed class Shipped(OnnxModel model) : ITrainingStage
    {
        public Device Device => Device.Cpu;

        public IReadOnlyList<TorchNetwork> Networks => [];

        public IReadOnlyList<(string Name, IOptimizer Optimizer)> Optimizers => [];

        public LossTerms Step(FaceBatch batch, long iteration) => throw new NotSupportedException();

        public IReadOnlyList<Tensor> Infer(IReadOnlyList<Tensor> inputs)
        {
            var card = model.Card!;
            var faces = new Restoration.OnnxTensor(inputs[0].ToArray(), [.. inputs[0].Shape.Select(extent => (int)extent)]);
            var output = model.Run(new Dictionary<string, Restoration.OnnxTensor> { [card.InputName] = faces })[card.OutputName];
            return [Tensor.Of(output.Values.Span, [.. output.Shape.Select(extent => (long)extent)])];
        }

        public void Dispose() => model.Dispose();
    }
}
