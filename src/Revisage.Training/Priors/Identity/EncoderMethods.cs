using Revisage.Restoration;
using Revisage.Torch;
using Revisage.Training.Data;
using Revisage.Training.Layers;
using Revisage.Training.Losses;
using Revisage.Training.Methods;
using Revisage.Training.Priors.Features;
using Revisage.Training.Torch;
using Revisage.Training.Training;

namespace Revisage.Training.Priors.Identity;

/// <summary>How an identity encoder is trained.</summary>
public sealed record EncoderRecipe : Recipe
{
    public FaceEncoderOptions Network { get; init; } = new();

    public FaceTaskOptions Tasks { get; init; } = new();

    /// <summary>Adam's constants; the rate follows <see cref="Recipe.LearningRate"/>.</summary>
    public AdamOptions Adam { get; init; } = new();
}

/// <summary>The encoder that identity losses use, in the place of GWAInet's VGG-16 (<see cref="InetNetwork"/>).</summary>
/// <remarks>
/// Differs from the paper: a small ResNet, learned by contrasts within a batch and not by pairs, since some thousands of
/// photographs would not train 166 million weights; age, gender and ethnicity are asked besides.
/// </remarks>
public sealed class InetMethod : Method
{
    public override string Id => "inet";

    public override string Citation =>
        "Dogan, Gu, Timofte: Exemplar Guided Face Image Super-Resolution without Facial Landmarks. CVPR Workshops 2019. Khosla et al.: Supervised Contrastive Learning. NeurIPS 2020.";

    public override Type RecipeType => typeof(EncoderRecipe);

    public override ModelTask Task => ModelTask.Identity;

    public override string ShippedWeights => "network.average/encoder";

    public override IReadOnlyList<TrainingPhase> Phases(Recipe recipe) => TrainingPhase.Only(recipe, setting => CreateStage(recipe, setting.Device));

    private static ITrainingStage CreateStage(Recipe recipe, Device device)
    {
        var encoder = new ResidualEncoder(((EncoderRecipe)recipe).Network);
        return EncoderTraining.CreateStage((EncoderRecipe)recipe, device, new EncoderInTraining(encoder, encoder.Pooled, encoder.Embed, encoder.Features));
    }

    public override IValidation CreateValidation(Recipe recipe, ValidationFaces faces) => new VerificationValidation(faces, recipe);

    public override Block ShippedNetwork(Recipe recipe) => new ResidualEncoder(((EncoderRecipe)recipe).Network);
}

/// <summary>The encoder that only ever measures how far restored faces keep a person's identity: no loss may use it.</summary>
public sealed class IdentityEvalMethod : Method
{
    public override string Id => "identity-eval";

    public override string Citation => "Khosla et al.: Supervised Contrastive Learning. NeurIPS 2020.";

    public override Type RecipeType => typeof(EncoderRecipe);

    public override ModelTask Task => ModelTask.Identity;

    public override string ShippedWeights => "network.average/encoder";

    public override IReadOnlyList<TrainingPhase> Phases(Recipe recipe) => TrainingPhase.Only(recipe, setting => CreateStage(recipe, setting.Device));

    private static ITrainingStage CreateStage(Recipe recipe, Device device)
    {
        var encoder = new PooledEncoder(((EncoderRecipe)recipe).Network);
        return EncoderTraining.CreateStage((EncoderRecipe)recipe, device, new EncoderInTraining(encoder, encoder.Pooled, encoder.Embed, encoder.Features));
    }

    public override IValidation CreateValidation(Recipe recipe, ValidationFaces faces) => new VerificationValidation(faces, recipe);

    public override Block ShippedNetwork(Recipe recipe) => new PooledEncoder(((EncoderRecipe)recipe).Network);
}

/// <summary>An encoder, and beside it what is asked in training alone.</summary>
internal sealed class EncoderInTraining(Block encoder, Func<FeatureMap, FeatureMap> pooled, Func<FeatureMap, FeatureMap> embed, int features) : Block
{
    private readonly Block encoder = encoder;
    private readonly FaceAttributeHeads attributes = new(features);

    public override FeatureMap Forward(FeatureMap x) => encoder.Forward(x);

    /// <summary>The embedding, and the answers of <see cref="FaceAttributeHeads"/>.</summary>
    public (FeatureMap Embedding, FeatureMap Answers) Answer(FeatureMap x)
    {
        var features = pooled(x);
        return (embed(features), attributes.Forward(features));
    }
}

internal static class EncoderTraining
{
    public static ITrainingStage CreateStage(EncoderRecipe recipe, Device device, EncoderInTraining block) =>
        new SupervisedStage("network", block, recipe, recipe.Adam, device, (network, batch, mode) =>
        {
            var (embedding, answers) = block.Answer(network.Enter(batch.HighResTensor(network.Device), mode));
            var losses = new LossTerms().Add("identity", recipe.Tasks.Identity, IdentityLoss(TorchNetwork.Leave(embedding), batch, recipe.Tasks));
            FaceAttributeHeads.AddLosses(losses, recipe.Tasks, TorchNetwork.Leave(answers), batch);
            return losses;
        });

    /// <param name="embeddings">[N, D], of length 1.</param>
    public static Tensor IdentityLoss(Tensor embeddings, FaceBatch batch, FaceTaskOptions tasks)
    {
        var people = batch.Records.Select(face => face.Identity).Distinct().ToList();
        return SupervisedContrastiveLoss.Of(embeddings, [.. batch.Records.Select(face => face.Identity is null ? -1 : people.IndexOf(face.Identity))], tasks.Temperature);
    }
}
