using Revisage.Data;
using Revisage.Torch;
using Revisage.Training.Import;
using Revisage.Training.Layers;
using Revisage.Training.Runs;

namespace Revisage.Training.Methods.HighToLow;

/// <summary>Where Low-to-High's small faces come from.</summary>
public enum SmallFaceOrigin
{
    /// <summary>From a High-to-Low: that of the recipe's own first phase, or <see cref="LowToHighRecipe.Degrader"/>.</summary>
    Learned,

    /// <summary>They are shrunk as <c>data.degradation</c> says: the paper's comparisons with bilinear shrinking, and with blur before it.</summary>
    Shrunk,
}

/// <summary>
/// How Low-to-High learns, and before and with it High-to-Low; the defaults are the paper's (section 3.6), and the sizes too.
/// The keys at the top are those of Low-to-High's own phase.
/// </summary>
public sealed record LowToHighRecipe : Recipe
{
    public LowToHighRecipe()
    {
        (Iterations, Batch) = (HighToLowRecipe.PaperIterations, HighToLowRecipe.PaperBatch);
        Data = new DataOptions { HighRes = 64, LowRes = 16 };
    }

    public LowToHighOptions Network { get; init; } = new();

    public AdversaryOptions Adversary { get; init; } = new();

    /// <summary>Of the distance to the large face.</summary>
    public double PixelWeight { get; init; } = 1;

    /// <summary>Adam's constants, of all phases; the rates follow their schedules.</summary>
    public AdamOptions Adam { get; init; } = new() { Beta1 = 0, Beta2 = 0.9 };

    public SmallFaceOrigin SmallFaces { get; init; }

    /// <summary>
    /// A High-to-Low that is trained already: an installed model, an exported .onnx file, or a checkpoint of its run. Null for one
    /// that the recipe's first phase trains.
    /// </summary>
    public string? Degrader { get; init; }

    /// <summary>The first phase.</summary>
    public HighToLowSchedule HighToLow { get; init; } = new();

    /// <summary>The last phase, of both together; 0 iterations leave it out.</summary>
    public JointSchedule Joint { get; init; } = new();

    /// <summary>High-to-Low's side, as a recipe of its own.</summary>
    internal HighToLowRecipe Degrading => new()
    {
        Method = HighToLowMethod.MethodId,
        Description = Description,
        Data = Data,
        Iterations = HighToLow.Iterations,
        Batch = HighToLow.Batch,
        LearningRate = HighToLow.LearningRate,
        Patience = HighToLow.Patience,
        Seed = Seed,
        Precision = Precision,
        AverageDecay = AverageDecay,
        Report = Report,
        Network = HighToLow.Network,
        Adversary = HighToLow.Adversary,
        PixelWeight = HighToLow.PixelWeight,
        Adam = Adam,
    };
}

/// <summary>How High-to-Low learns as a phase of Low-to-High's training; as <see cref="HighToLowRecipe"/>.</summary>
public sealed record HighToLowSchedule : Schedule
{
    public HighToLowSchedule() => (Iterations, Batch) = (HighToLowRecipe.PaperIterations, HighToLowRecipe.PaperBatch);

    public HighToLowOptions Network { get; init; } = new();

    public AdversaryOptions Adversary { get; init; } = new();

    public double PixelWeight { get; init; } = 1;
}

/// <summary>The fine-tuning of both (section 3.6).</summary>
public sealed record JointSchedule : Schedule
{
    public JointSchedule() => (Iterations, Batch) = (2_000, HighToLowRecipe.PaperBatch);
}

/// <summary>The super-resolver for real poor faces.</summary>
public sealed class LowToHighMethod : Method
{
    private const string First = "high_to_low";
    private const string Main = "low_to_high";
    private const string Last = "joint";

    public override string Id => "low-to-high";

    public override string Citation => HighToLowMethod.Paper;

    public override Type RecipeType => typeof(LowToHighRecipe);

    public override string ShippedWeights => LowToHighStage.Generator + ".average";

    public override NameMap AuthorLayout => AuthorLayouts.LowToHigh;

    public override Recipe Published => new LowToHighRecipe { Method = Id };

    public override IReadOnlyList<string> Priors(Recipe recipe) =>
        recipe is LowToHighRecipe { SmallFaces: SmallFaceOrigin.Learned, Degrader: { } model } && !Degrader.IsCheckpoint(model) ? [model] : [];

    public override IReadOnlyList<Recipe> Parts(Recipe recipe)
    {
        var own = (LowToHighRecipe)recipe;
        return own.SmallFaces == SmallFaceOrigin.Learned ? [own.Degrading] : [];
    }

    public override IReadOnlyList<TrainingPhase> Phases(Recipe recipe)
    {
        var own = (LowToHighRecipe)recipe;
        var (learned, joint) = (own.SmallFaces == SmallFaceOrigin.Learned, own.Joint.Iterations > 0);
        if (!learned)
        {
            return [new TrainingPhase(Main, own.Schedule, own.Data, setting => new LowToHighStage(own, null, setting.Device))];
        }

        var degrading = own.Degrading;
        // The same in all phases, so that faces are decoded once.
        var data = own.Degrader is null || joint ? degrading.PoorData : own.Data;
        return
        [
            .. own.Degrader is null ? [HighToLowMethod.Phase(First, degrading)] : Array.Empty<TrainingPhase>(),
            new TrainingPhase(Main, own.Schedule, data, setting => new LowToHighStage(
                own, new Degrader(degrading, joint, own.Degrader is { } source ? Degrader.Read(source, degrading, setting) : null, setting.Device), setting.Device)),
            .. joint ? [new TrainingPhase(Last, own.Joint, data, setting => new JointStage(own, degrading, setting.Device))] : Array.Empty<TrainingPhase>(),
        ];
    }

    public override IValidation CreateValidation(Recipe recipe, ValidationFaces faces) => new RealFacesValidation(faces, recipe);

    public override void Check(Recipe recipe)
    {
        var own = (LowToHighRecipe)recipe;
        SuperResolution.CheckSizes(recipe, this);
        own.Adversary.Check(own.PixelWeight, own.Data.HighRes);
        if (own.SmallFaces == SmallFaceOrigin.Shrunk)
        {
            return;
        }

        if (own.Degrader is null && own.HighToLow.Iterations < 1)
        {
            throw new RevisageException("high_to_low.iterations is 0, so nothing has taught High-to-Low. Name a trained one by degrader, or set small_faces to shrunk.");
        }

        HighToLowMethod.Check(own.Degrading, "high_to_low.");
    }

    public override Block ShippedNetwork(Recipe recipe) => new LowToHighGenerator(((LowToHighRecipe)recipe).Network);
}
