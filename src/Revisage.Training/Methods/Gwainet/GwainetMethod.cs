using Revisage.Data;
using Revisage.Restoration;
using Revisage.Torch;
using Revisage.Training.Import;
using Revisage.Training.Layers;
using Revisage.Training.Losses;
using Revisage.Training.Onnx;
using Revisage.Training.Priors.Identity;
using Revisage.Training.Runs;
using Revisage.Training.Torch;

namespace Revisage.Training.Methods.Gwainet;

/// <summary>
/// The warper by L1 alone, then the whole network by L1 until the validation's PSNR peaks, then against a critic (Dogan
/// 2019, section 4.2); the defaults are the paper's schedule for CelebA, 162,734 photographs. The keys at the top are the
/// second phase's.
/// </summary>
/// <remarks>
/// Differs from the paper: the moving average of the weights is what ships. The faces of VggFace2 and WebFace were learned
/// without the first phase (<c>warper.iterations: 0</c>), those of CelebA without the identity loss
/// (<c>adversarial.identity: 0</c>).
/// </remarks>
public sealed record GwainetRecipe : Recipe
{
    public GwainetRecipe() => (Iterations, Patience) = (300_000, 10);

    public GwainetOptions Network { get; init; } = new();

    public GwainetCriticOptions Critic { get; init; } = new();

    /// <summary>Adam's constants in the first two phases.</summary>
    public AdamOptions Adam { get; init; } = new();

    public WarperOptions Warper { get; init; } = new();

    public GwainetAdversarialOptions Adversarial { get; init; } = new();
}

/// <summary>The first phase; with 0 iterations there is none.</summary>
public sealed record WarperOptions : Schedule
{
    /// <summary>1.25 epochs.</summary>
    public WarperOptions() => (Iterations, Batch) = (50_854, 4);
}

/// <summary>The last phase; with 0 iterations there is none.</summary>
public sealed record GwainetAdversarialOptions : Schedule
{
    /// <summary>Four epochs of the generator's updates, and two more at half the rate.</summary>
    public GwainetAdversarialOptions() => (Iterations, Batch, LearningRate) = (244_101, 4, new LearningRate { Milestones = [162_734] });

    /// <summary>Of the critic's verdict beside the L1 loss (equation 9).</summary>
    public double Weight { get; init; } = 0.001;

    /// <summary>Of the identity loss beside the L1 loss (equation 9).</summary>
    public double Identity { get; init; } = 0.05;

    /// <summary>
    /// By what <see cref="Identity"/> is multiplied for the shipped encoder, whose embeddings have 128 numbers and length 1: the
    /// gradient at the face then is 0.4 of the L1 loss's, on faces as EDSR makes them.
    /// </summary>
    public double InetScale { get; init; } = 16;

    /// <summary>Of the gradient penalty beside the critic's loss.</summary>
    public double Penalty { get; init; } = 10;

    /// <summary>Of the critic, before each of the generator's; each sees a batch of its own.</summary>
    public int CriticUpdates { get; init; } = 5;

    /// <summary>Adam's constants, of generator and critic.</summary>
    public AdamOptions Adam { get; init; } = new() { Beta1 = 0.5, Beta2 = 0.9 };

    /// <summary>The identity loss's weight in use.</summary>
    internal double IdentityInUse => Identity * InetScale;
}

/// <summary>Guided by another photograph of the same person.</summary>
public sealed class GwainetMethod : Method
{
    private const string Generator = "generator";

    public override string Id => "gwainet";

    public override string Citation =>
        "Dogan, Gu, Timofte: Exemplar Guided Face Image Super-Resolution without Facial Landmarks. CVPR Workshops 2019.";

    public override Type RecipeType => typeof(GwainetRecipe);

    public override string ShippedWeights => Generator + ".average";

    public override NameMap AuthorLayout => AuthorLayouts.Gwainet;

    /// <summary>32 to 256 pixels, and the authors' sampler.</summary>
    public override Recipe Published => new GwainetRecipe
    {
        Method = Id,
        Network = new GwainetOptions { Border = WarpBorder.Cut },
        Data = new DataOptions { LowRes = 32, HighRes = 256, Guides = GuideChoice.SamePerson },
    };

    public override IReadOnlyList<string> Priors(Recipe recipe) =>
        recipe is GwainetRecipe { Adversarial: { Iterations: > 0, IdentityInUse: not 0 } } ? [IdentityFeatures.Prior] : [];

    public override IReadOnlyList<TrainingPhase> Phases(Recipe recipe)
    {
        var gwainet = (GwainetRecipe)recipe;
        // Whoever wants a guide and does not say whose wants the paper's.
        var data = recipe.Data.Guides == GuideChoice.None && gwainet.Network.Guided ? recipe.Data with { Guides = GuideChoice.SamePerson } : recipe.Data;
        return
        [
            .. gwainet is { Network.Guided: true, Warper.Iterations: > 0 }
                ? [new TrainingPhase("warper", gwainet.Warper, data, setting => CreateStage(gwainet, gwainet.Warper, WarperOf(gwainet), setting.Device))]
                : Array.Empty<TrainingPhase>(),
            new TrainingPhase("content", gwainet.Schedule, data, setting => CreateStage(gwainet, gwainet.Schedule, ShippedNetwork(recipe), setting.Device)) { HandsOverBest = true },
            .. gwainet.Adversarial.Iterations > 0
                ? [new TrainingPhase("adversarial", gwainet.Adversarial, data, setting => new GwainetAdversarialStage(gwainet, ShippedNetwork(recipe), setting))]
                : Array.Empty<TrainingPhase>(),
        ];
    }

    /// <summary>One network, the warper or the whole, on the L1 distance of what it makes.</summary>
    private static SupervisedStage CreateStage(GwainetRecipe recipe, Schedule schedule, Block network, Device device) => new(
        Generator, network, recipe, recipe.Adam, device,
        (generator, batch, mode) => new LossTerms().Add("pixel", 1, PixelLoss.L1(generator.Forward(InputsOf(recipe, batch, device), mode)[0], batch.HighResTensor(device))),
        (generator, inputs, mode) => generator.Forward(Seen(recipe, inputs), mode),
        schedule: schedule);

    /// <summary>What the network takes of a batch.</summary>
    internal static IReadOnlyList<Tensor> InputsOf(GwainetRecipe recipe, FaceBatch batch, Device device) =>
        recipe.Network.Guided ? [batch.LowResTensor(device), batch.GuideTensor(device)] : [batch.LowResTensor(device)];

    /// <summary>Faces may be chosen for their guides, so that a network without compares, and their guides not looked at.</summary>
    internal static IReadOnlyList<Tensor> Seen(GwainetRecipe recipe, IReadOnlyList<Tensor> inputs) => recipe.Network.Guided ? inputs : [inputs[0]];

    public override IValidation CreateValidation(Recipe recipe, ValidationFaces faces) => new SuperResolutionValidation(faces, recipe);

    public override void Check(Recipe recipe)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        var (gwainet, data) = ((GwainetRecipe)recipe, recipe.Data);
        if (data.HighRes != 8 * data.LowRes)
        {
            throw new RevisageException($"GWAInet makes faces eight times as large, but data.low_res is {data.LowRes} and data.high_res {data.HighRes}. Set one to fit the other.");
        }

        if (data.Range != ValueRange.Signed)
        {
            throw new RevisageException($"GWAInet takes faces in [-1, 1], but data.range is {data.Range}. Set it to signed.");
        }

        if (gwainet.Adversarial is { Iterations: > 0, Weight: <= 0 } or { Iterations: > 0, CriticUpdates: < 1 })
        {
            throw new RevisageException("Without adversarial.weight or adversarial.critic_updates there is nothing to train a critic for. Leave the phase out with adversarial.iterations=0.");
        }

        SuperResolution.CheckSizes(recipe, this);
    }

    public override Block ShippedNetwork(Recipe recipe)
    {
        var gwainet = (GwainetRecipe)recipe;
        return new GwainetNetwork(gwainet.Network, recipe.Data.HighRes, recipe.Data.HighRes);
    }

    public override IReadOnlyList<OnnxInput> Inputs(Recipe recipe)
    {
        var gwainet = (GwainetRecipe)recipe;
        return gwainet.Network.Guided ? [.. base.Inputs(recipe), new OnnxInput(ModelCard.GuideName, 3, recipe.Data.HighRes, recipe.Data.HighRes)] : base.Inputs(recipe);
    }

    private static WarperAlone WarperOf(GwainetRecipe recipe) => new(recipe.Network, recipe.Data.HighRes, recipe.Data.HighRes);
}
