using Revisage.Data;
using Revisage.Restoration;
using Revisage.Torch;
using Revisage.Training.Import;
using Revisage.Training.Layers;
using Revisage.Training.Losses;
using Revisage.Training.Methods;
using Revisage.Training.Runs;
using Revisage.Training.Torch;

namespace Revisage.Training.Priors.Parsing;

/// <summary>How a face parser is trained.</summary>
public sealed record FaceParserRecipe : Recipe
{
    public BiSeNetOptions Network { get; init; } = new();

    /// <summary>Adam's constants; the rate follows <see cref="Recipe.LearningRate"/>.</summary>
    public AdamOptions Adam { get; init; } = new();

    /// <summary>Weight of each of the two auxiliary heads' losses (zllrunning/face-parsing.PyTorch: 1).</summary>
    public double Auxiliary { get; init; } = 1;
}

/// <summary>The face parser that makes W-Net's parsing maps where nobody has drawn them.</summary>
/// <remarks>
/// Differs from zllrunning/face-parsing.PyTorch: faces come in [-1, 1]; plain cross-entropy, not that of the hardest
/// pixels alone; Adam.
/// </remarks>
public sealed class FaceParserMethod : Method
{
    public override string Id => "face-parser";

    public override string Citation => "Yu, Wang, Peng, Gao, Yu, Sang: BiSeNet: Bilateral Segmentation Network for Real-time Semantic Segmentation. ECCV 2018.";

    public override Type RecipeType => typeof(FaceParserRecipe);

    public override ModelTask Task => ModelTask.Parsing;

    public override Annotations Needs(Recipe recipe) => Annotations.Parsing;

    public override string ShippedWeights => "network.average";

    public override NameMap AuthorLayout => AuthorLayouts.FaceParser;

    /// <summary>zllrunning/face-parsing.PyTorch's: faces of 512 pixels, and its classes brought into CelebAMask-HQ's order.</summary>
    public override Recipe Published => new FaceParserRecipe
    {
        Method = Id,
        Network = new BiSeNetOptions { Normalizes = true },
        Data = new DataOptions { HighRes = 512, LowRes = 0, Range = ValueRange.Unit, Parsing = true },
    };

    public override void Check(Recipe recipe)
    {
        if (!recipe.Data.Parsing)
        {
            throw new RevisageException("A face parser learns from parsing maps, but data.parsing is false. Set it to true.");
        }
    }

    public override IReadOnlyList<TrainingPhase> Phases(Recipe recipe) => TrainingPhase.Only(recipe, setting => CreateStage(recipe, setting.Device));

    private static ITrainingStage CreateStage(Recipe recipe, Device device)
    {
        var own = (FaceParserRecipe)recipe;
        var parser = new BiSeNetNetwork(own.Network);
        return new SupervisedStage("network", parser, recipe, own.Adam, device, (network, batch, mode) =>
        {
            var truth = ParsingLoss.Classes(batch).To(network.Device);
            var heads = parser.Heads(network.Enter(batch.HighResTensor(network.Device), mode)).Select(TorchNetwork.Leave).ToArray();
            return new LossTerms()
                .Add("parsing", 1, heads[0].CrossEntropy(truth))
                .Add("parsing_16", own.Auxiliary, heads[1].CrossEntropy(truth))
                .Add("parsing_32", own.Auxiliary, heads[2].CrossEntropy(truth));
        });
    }

    public override IValidation CreateValidation(Recipe recipe, ValidationFaces faces) => new ParsingValidation(faces, recipe);

    public override Block ShippedNetwork(Recipe recipe) => new BiSeNetNetwork(((FaceParserRecipe)recipe).Network);
}
