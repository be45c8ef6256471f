using Revisage.Data;
using Revisage.Restoration;
using Revisage.Torch;
using Revisage.Training.Layers;
using Revisage.Training.Losses;
using Revisage.Training.Methods;
using Revisage.Training.Priors.Alignment;
using Revisage.Training.Priors.Identity;
using Revisage.Training.Priors.Parsing;
using Revisage.Training.Runs;
using Revisage.Training.Torch;

namespace Revisage.Training.Priors.Features;

/// <summary>How the features of perceptual losses are trained.</summary>
public sealed record FaceFeaturesRecipe : Recipe
{
    /// <summary>VGG-16 with three eighths of its channels.</summary>
    public VggOptions Network { get; init; } = new() { Width = 24 };

    public FaceTaskOptions Tasks { get; init; } = new();

    /// <summary>Weight of the landmarks' mean distance, in percent of the side.</summary>
    public double Landmarks { get; init; } = 0.3;

    /// <summary>Weight of the parsing maps' cross-entropy.</summary>
    public double Parsing { get; init; } = 0.3;

    /// <summary>Adam's constants; the rate follows <see cref="Recipe.LearningRate"/>.</summary>
    public AdamOptions Adam { get; init; } = new();
}

/// <summary>
/// The network whose features perceptual losses compare where nobody has VGG's weights: shaped as VGG-16, so that each
/// layer that a paper names has its counterpart, and taught everything that the faces are labelled with.
/// </summary>
/// <remarks>Differs from the papers: they take VGG-16 or VGG-19 taught on ImageNet. It is named <c>face-features</c>, never VGG.</remarks>
public sealed class FaceFeaturesMethod : Method
{
    public override string Id => "face-features";

    public override string Citation =>
        "Simonyan, Zisserman: Very Deep Convolutional Networks for Large-Scale Image Recognition. ICLR 2015. Johnson, Alahi, Fei-Fei: Perceptual Losses for Real-Time Style Transfer and Super-Resolution. ECCV 2016.";

    public override Type RecipeType => typeof(FaceFeaturesRecipe);

    public override ModelTask Task => ModelTask.Features;

    public override Annotations Needs(Recipe recipe) => Annotations.Landmarks;

    public override string ShippedWeights => "network.average/features";

    public override IReadOnlyList<TrainingPhase> Phases(Recipe recipe) => TrainingPhase.Only(recipe, setting => CreateStage(recipe, setting.Device));

    private static ITrainingStage CreateStage(Recipe recipe, Device device)
    {
        var own = (FaceFeaturesRecipe)recipe;
        var block = new FeaturesInTraining(own);
        return new SupervisedStage("network", block, recipe, own.Adam, device, (network, batch, mode) =>
        {
            var answers = block.Answer(network.Enter(batch.HighResTensor(network.Device), mode));
            var losses = new LossTerms()
                .Add("identity", own.Tasks.Identity, EncoderTraining.IdentityLoss(TorchNetwork.Leave(answers.Embedding), batch, own.Tasks))
                .Add("landmark", own.Landmarks, LandmarkMethod.Distance(TorchNetwork.Leave(answers.Landmarks), batch));
            // A batch may hold no labelled face; its weights still want a gradient.
            var parsing = TorchNetwork.Leave(answers.Parsing);
            losses.Add("parsing", own.Parsing, Array.Exists(batch.Parsing, label => label != FaceBatch.Unlabelled)
                ? parsing.CrossEntropy(ParsingLoss.Classes(batch).To(network.Device))
                : parsing.Sum() * 0);
            FaceAttributeHeads.AddLosses(losses, own.Tasks, TorchNetwork.Leave(answers.Attributes), batch);
            return losses;
        }, (network, inputs, mode) => [TorchNetwork.Leave(block.Answer(network.Enter(inputs[0], mode)).Embedding)]);
    }

    public override IValidation CreateValidation(Recipe recipe, ValidationFaces faces) => new VerificationValidation(faces, recipe);

    public override Block ShippedNetwork(Recipe recipe) => new VggNetwork(((FaceFeaturesRecipe)recipe).Network);

    /// <summary>The features, and beside them what is asked in training alone.</summary>
    private sealed class FeaturesInTraining : Block
    {
        private const int Classes = 19;
        private const int Reduced = 32;

        private readonly VggNetwork features;
        private readonly Conv2d parsing;
        private readonly Conv2d reduce;
        private readonly Linear landmarks;
        private readonly Linear embedding;
        private readonly FaceAttributeHeads attributes;

        public FeaturesInTraining(FaceFeaturesRecipe recipe)
        {
            // Parsing keeps the third block to what is where; the rest asks the fifth.
            features = new VggNetwork(recipe.Network with { Layers = ["relu3_3", "relu5_3"] });
            var channels = features.Channels[1];
            var side = recipe.Data.HighRes / 16;
            parsing = new Conv2d(features.Channels[0], Classes, 1);
            reduce = new Conv2d(channels, Reduced, 1);
            landmarks = new Linear(Reduced * side * side, 2 * Faces.Landmarks.Count);
            embedding = new Linear(channels, recipe.Tasks.Embedding, bias: false);
            attributes = new FaceAttributeHeads(channels);
        }

        public override FeatureMap Forward(FeatureMap x) => features.Forward(x);

        public (FeatureMap Embedding, FeatureMap Landmarks, FeatureMap Parsing, FeatureMap Attributes) Answer(FeatureMap x)
        {
            var maps = features.Features(x);
            var pooled = maps[1].GlobalAveragePool().Flatten();
            return (
                embedding.Forward(pooled).L2Normalize(),
                landmarks.Forward(reduce.Forward(maps[1]).Flatten()),
                parsing.Forward(maps[0]).Resize(Interpolation.Bilinear, 4),
                attributes.Forward(pooled));
        }
    }
}
