using System.Numerics;
using Revisage.Data;
using Revisage.Torch;
using Revisage.Training.Layers;
using Revisage.Training.Losses;
using Revisage.Training.Methods.HighToLow;
using Revisage.Training.Runs;
using Revisage.Training.Torch;

namespace Revisage.Training.Methods.Baselines;

/// <summary>How CycleGAN learns to enlarge faces; the defaults are the paper's (section 4 and appendix 7.1), the sizes Bulat 2018's.</summary>
public sealed record CycleGanRecipe : Recipe
{
    public CycleGanRecipe()
    {
        Batch = 1;
        LearningRate = new LearningRate { Peak = 2e-4 };
        Data = new DataOptions { HighRes = 64, LowRes = 16 };
    }

    /// <summary>Of both generators.</summary>
    public CycleGanOptions Network { get; init; } = new();

    /// <summary>Channels of the discriminators' first convolution.</summary>
    public int DiscriminatorWidth { get; init; } = 64;

    /// <summary>Of the way there and back, L1, in both directions.</summary>
    public double CycleWeight { get; init; } = 10;

    /// <summary>Of what keeps the colours, L1, in both directions: half of the cycle's (section 5.2).</summary>
    public double IdentityWeight { get; init; } = 5;

    /// <summary>Adam's constants; the rate follows <see cref="Recipe.LearningRate"/>.</summary>
    public AdamOptions Adam { get; init; } = new() { Beta1 = 0.5 };
}

/// <summary>CycleGAN between poor and good faces, which Low-to-High is compared with: it never sees a pair.</summary>
/// <remarks>
/// Differs from the paper: the two kinds of faces have two sizes, so the identity loss compares averages, of what the
/// generators make with what they were given; discriminators judge the newest faces, without the pool of fifty older ones; the rate may
/// fall along a cosine where the paper's falls along a line.
/// </remarks>
public sealed class CycleGanMethod : Method
{
    public override string Id => "cyclegan";

    public override string Citation =>
        "Zhu, Park, Isola, Efros: Unpaired Image-to-Image Translation using Cycle-Consistent Adversarial Networks. ICCV 2017.";

    public override Type RecipeType => typeof(CycleGanRecipe);

    public override string ShippedWeights => CycleGanStage.Up + ".average";

    public override IReadOnlyList<TrainingPhase> Phases(Recipe recipe) =>
        [new TrainingPhase(TrainingPhase.OnlyName, recipe.Schedule, recipe.Data with { LowQuality = true }, setting => new CycleGanStage((CycleGanRecipe)recipe, setting.Device))];

    public override IValidation CreateValidation(Recipe recipe, ValidationFaces faces) => new RealFacesValidation(faces, recipe);

    public override void Check(Recipe recipe)
    {
        _ = Doublings(recipe);
        SuperResolution.CheckSizes(recipe, this);
        if (recipe.Data.LowRes < 16)
        {
            throw new RevisageException($"data.low_res is {recipe.Data.LowRes}, but the smallest patches that CycleGAN's discriminator judges take faces of 16 pixels. Set 16 or more.");
        }
    }

    public override Block ShippedNetwork(Recipe recipe) => Generator(recipe, up: true);

    /// <summary>With two resizings each way, a factor of 2 leaves one halving, and 4 none.</summary>
    internal static CycleGanGenerator Generator(Recipe recipe, bool up)
    {
        var spare = 2 - Doublings(recipe);
        var options = ((CycleGanRecipe)recipe).Network;
        return up ? new CycleGanGenerator(options, halvings: spare) : new CycleGanGenerator(options, doublings: spare);
    }

    /// <summary>Patches of 70 pixels, or of 34 or 16 for smaller faces.</summary>
    internal static CycleGanDiscriminator Discriminator(Recipe recipe, int side) =>
        new(new CycleGanDiscriminatorOptions { Width = ((CycleGanRecipe)recipe).DiscriminatorWidth, Halvings = side >= 64 ? 3 : side >= 32 ? 2 : 1 });

    private static int Doublings(Recipe recipe)
    {
        var (small, large) = (recipe.Data.LowRes, recipe.Data.HighRes);
        return small > 0 && large % small == 0 && large / small is 1 or 2 or 4
            ? BitOperations.Log2((uint)(large / small))
            : throw new RevisageException($"CycleGAN enlarges faces 4 times at most, and by powers of two, but data.low_res is {small} and data.high_res {large}. Set sizes that fit.");
    }
}

/// <summary>Both generators and both discriminators, once each a step (section 4).</summary>
internal sealed class CycleGanStage : ITrainingStage
{
    /// <summary>Of the generator from small to large faces, in checkpoints.</summary>
    public const string Up = "generator";

    private readonly CycleGanRecipe recipe;
    private readonly Learner up;
    private readonly Learner down;
    private readonly Learner ofLarge;
    private readonly Learner ofSmall;
    private readonly int factor;

    public CycleGanStage(CycleGanRecipe recipe, Device device)
    {
        this.recipe = recipe;
        factor = recipe.Data.HighRes / recipe.Data.LowRes;
        up = Of(Up, CycleGanMethod.Generator(recipe, up: true), averaged: true);
        down = Of("degrader", CycleGanMethod.Generator(recipe, up: false), averaged: false);
        ofLarge = Of("large_discriminator", CycleGanMethod.Discriminator(recipe, recipe.Data.HighRes), averaged: false);
        ofSmall = Of("small_discriminator", CycleGanMethod.Discriminator(recipe, recipe.Data.LowRes), averaged: false);

        Learner Of(string name, Block block, bool averaged) => Learner.ByAdam(name, block, recipe, recipe.Adam, device, averaged);
    }

    public Device Device => up.Network.Device;

    public IReadOnlyList<TorchNetwork> Networks => [.. All.SelectMany(learner => learner.Networks)];

    public IReadOnlyList<(string Name, IOptimizer Optimizer)> Optimizers => [.. All.Select(learner => learner.NamedOptimizer)];

    private Learner[] All => [up, down, ofLarge, ofSmall];

    public LossTerms Step(FaceBatch batch, long iteration)
    {
        var rate = recipe.LearningRate.At(iteration, recipe.Iterations);
        var mode = new ForwardMode(Training: true, recipe.Precision);
        var (large, small) = (batch.HighResTensor(Device), batch.PoorTensor(Device));
        var (madeLarge, madeSmall) = (up.Network.Forward(small, mode), down.Network.Forward(large, mode));
        var losses = new LossTerms()
            .Add("adversarial_large", 1, LeastSquaresLoss.Generator(ofLarge.Network.Forward(madeLarge, mode)))
            .Add("adversarial_small", 1, LeastSquaresLoss.Generator(ofSmall.Network.Forward(madeSmall, mode)));
        if (recipe.CycleWeight > 0)
        {
            losses.Add("cycle", recipe.CycleWeight, PixelLoss.L1(down.Network.Forward(madeLarge, mode), small) + PixelLoss.L1(up.Network.Forward(madeSmall, mode), large));
        }

        if (recipe.IdentityWeight > 0)
        {
            losses.Add("identity", recipe.IdentityWeight, PixelLoss.L1(Averaged(madeLarge), small) + PixelLoss.L1(madeSmall, Averaged(large)));
        }

        var gradients = Autograd.Gradients(losses.Total(), [.. up.Network.Parameters, .. down.Network.Parameters]);
        up.Update(gradients[..up.Network.Parameters.Count], rate);
        down.Update(gradients[up.Network.Parameters.Count..], rate);
        return losses
            .Add("discriminator_large", 1, Judge(ofLarge, large, madeLarge))
            .Add("discriminator_small", 1, Judge(ofSmall, small, madeSmall));

        Tensor Judge(Learner discriminator, Tensor real, Tensor made)
        {
            var loss = LeastSquaresLoss.Discriminator(discriminator.Network.Forward(real, mode), discriminator.Network.Forward(made.Detach(), mode));
            discriminator.Update(new LossTerms().Add(discriminator.Network.Name, 1, loss).Total(), rate);
            return loss.Detach();
        }
    }

    public IReadOnlyList<Tensor> Infer(IReadOnlyList<Tensor> inputs) =>
        [up.Shipped.Forward(inputs[0].To(Device), new ForwardMode(Training: false, Precision.Fp32))];

    public void Dispose()
    {
        foreach (var learner in All)
        {
            learner.Dispose();
        }
    }

    private Tensor Averaged(Tensor faces) => factor == 1 ? faces : faces.AvgPool2d(factor, factor, 0);
}
