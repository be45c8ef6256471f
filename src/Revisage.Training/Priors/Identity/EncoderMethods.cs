using Revisage.Data;
using Revisage.Restoration;
using Revisage.Torch;
using Revisage.Training.Layers;
using Revisage.Training.Losses;
using Revisage.Training.Methods;
using Revisage.Training.Priors.Features;
using Revisage.Training.Runs;
using Revisage.Training.Torch;

namespace Revisage.Training.Priors.Identity;

/// <summary>How an identity encoder is trained.</summary>
public sealed record EncoderRecipe : Recipe
{
    public FaceEncoderOptions Network { get; init; } = new();

    public FaceTaskOptions Tasks { get; init; } = new();

    /// <summary>A phase before the contrasts; of <c>inet</c> alone.</summary>
    public SiameseOptions Siamese { get; init; } = new();

    /// <summary>Adam's constants; the rate follows <see cref="Recipe.LearningRate"/>.</summary>
    public AdamOptions Adam { get; init; } = new();
}

/// <summary>
/// GWAInet's training of Inet (Dogan 2019, section 3.2, equation 5, and 4.2): pairs of faces, half of them of one person, and the cross-entropy of
/// <see cref="SiameseHead"/>. With 0 iterations there is none; 12 epochs in batches of 8 in the paper.
/// </summary>
public sealed record SiameseOptions : Schedule
{
    public SiameseOptions() => (Iterations, Batch, LearningRate) = (0, 8, new LearningRate { Peak = 1e-4 });
}

/// <summary>The encoder that identity losses use, in the place of GWAInet's VGG-16 (<see cref="InetNetwork"/>).</summary>
/// <remarks>
/// Differs from the paper: a small ResNet, learned by contrasts within a batch and not by pairs, since some thousands of
/// photographs would not train 166 million weights; age, gender and ethnicity are asked besides. The paper's pairs are a phase before
/// that, left out unless <see cref="EncoderRecipe.Siamese"/> has iterations.
/// </remarks>
public sealed class InetMethod : Method
{
    public override string Id => "inet";

    public override string Citation =>
        "Dogan, Gu, Timofte: Exemplar Guided Face Image Super-Resolution without Facial Landmarks. CVPR Workshops 2019. Khosla et al.: Supervised Contrastive Learning. NeurIPS 2020.";

    public override Type RecipeType => typeof(EncoderRecipe);

    public override ModelTask Task => ModelTask.Identity;

    public override string ShippedWeights => "network.average/encoder";

    public override IReadOnlyList<TrainingPhase> Phases(Recipe recipe)
    {
        var own = (EncoderRecipe)recipe;
        IReadOnlyList<TrainingPhase> pairs = own.Siamese.Iterations == 0
            ? []
            : [new TrainingPhase("siamese", own.Siamese, recipe.Data, setting => EncoderTraining.CreateSiameseStage(own, setting.Device, new ResidualEncoder(own.Network)))];
        return [.. pairs, .. TrainingPhase.Only(recipe, setting => CreateStage(recipe, setting.Device))];
    }

    public override void Check(Recipe recipe)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        if (((EncoderRecipe)recipe).Siamese.Iterations > 0 && recipe.Data.Identities is null)
        {
            throw new RevisageException("Pairs of faces of one person are not met by chance. Set data.identities, so that batches have such, or siamese.iterations to 0.");
        }
    }

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

    public override void Check(Recipe recipe)
    {
        if (((EncoderRecipe)recipe).Siamese.Iterations > 0)
        {
            throw new RevisageException("The encoder that only measures is not trained on pairs. Set siamese.iterations to 0.");
        }
    }

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

/// <summary>An encoder, and beside it equation 5.</summary>
internal sealed class SiameseInTraining(ResidualEncoder encoder, int embedding) : Block
{
    private readonly ResidualEncoder encoder = encoder;
    private readonly SiameseHead head = new(embedding);

    public SiameseHead Head => head;

    public override FeatureMap Forward(FeatureMap x) => encoder.Forward(x);
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

    /// <summary>On pairs within a batch, as many of one person as of two.</summary>
    public static ITrainingStage CreateSiameseStage(EncoderRecipe recipe, Device device, ResidualEncoder encoder)
    {
        var block = new SiameseInTraining(encoder, recipe.Network.Embedding);
        return new SupervisedStage("network", block, recipe, recipe.Adam, device, (network, batch, mode) =>
        {
            var embeddings = block.Forward(network.Enter(batch.HighResTensor(network.Device), mode));
            var (first, second, same) = Pairs([.. batch.Records.Select(face => face.Identity)]);
            var logits = TorchNetwork.Leave(block.Head.Logit(Chosen(first), Chosen(second)));
            var truth = Tensor.Of(same, same.Length, 1).To(network.Device);
            return new LossTerms().Add("siamese", 1, logits.BinaryCrossEntropyWithLogits(truth));

            FeatureMap Chosen(long[] faces) => network.Enter(TorchNetwork.Leave(embeddings).IndexSelect(0, Tensor.Of(faces, faces.Length).To(network.Device)), mode);
        }, schedule: recipe.Siamese);
    }

    /// <summary>All pairs of one person, and for each its first face beside the next one of somebody else.</summary>
    /// <param name="identities">Of a batch's faces; null where nobody knows. Of those there are no pairs.</param>
    internal static (long[] First, long[] Second, float[] Same) Pairs(IReadOnlyList<string?> identities)
    {
        var (first, second, same) = (new List<long>(), new List<long>(), new List<float>());
        for (var i = 0; i < identities.Count; i++)
        {
            for (var j = i + 1; j < identities.Count; j++)
            {
                if (identities[i] is not { } person || identities[j] != person)
                {
                    continue;
                }

                Add(i, j, 1);
                var stranger = Enumerable.Range(j + 1, identities.Count - 1).Select(k => k % identities.Count).FirstOrDefault(k => identities[k] is { } other && other != person, -1);
                if (stranger >= 0)
                {
                    Add(i, stranger, 0);
                }
            }
        }

        return first.Count > 0
            ? ([.. first], [.. second], [.. same])
            : throw new RevisageException("A batch holds no two faces of one person. Set data.identities to several images a person, and siamese.batch to a whole number of such people.");

        void Add(int one, int other, float value)
        {
            first.Add(one);
            second.Add(other);
            same.Add(value);
        }
    }

    /// <param name="embeddings">[N, D], of length 1.</param>
    public static Tensor IdentityLoss(Tensor embeddings, FaceBatch batch, FaceTaskOptions tasks)
    {
        var people = batch.Records.Select(face => face.Identity).Distinct().ToList();
        return SupervisedContrastiveLoss.Of(embeddings, [.. batch.Records.Select(face => face.Identity is null ? -1 : people.IndexOf(face.Identity))], tasks.Temperature);
    }
}
