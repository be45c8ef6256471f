using Revisage.Torch;
using Revisage.Training.Data;
using Revisage.Training.Layers;
using Revisage.Training.Losses;
using Revisage.Training.Torch;
using Revisage.Training.Training;

namespace Revisage.Training.Methods.Edsr;

/// <summary>Adam on the L1 distance (Lim 2017, section 4.2).</summary>
public sealed record EdsrRecipe : Recipe
{
    public EdsrOptions Network { get; init; } = new();

    /// <summary>Adam's constants; the rate follows <see cref="Recipe.LearningRate"/>.</summary>
    public AdamOptions Adam { get; init; } = new();
}

/// <summary>EDSR's one phase: a batch, its L1 distance, one Adam step.</summary>
public sealed class EdsrStage : ITrainingStage
{
    private readonly EdsrRecipe recipe;
    private readonly TorchNetwork generator;
    private readonly MovingAverage average;
    private readonly Adam adam;

    public EdsrStage(EdsrRecipe recipe, Device device)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        this.recipe = recipe;
        generator = new TorchNetwork("generator", new EdsrNetwork(recipe.Network), recipe.Seed, device);
        average = new MovingAverage(generator, recipe.AverageDecay);
        adam = new Adam(generator.Parameters, recipe.Adam) { LearningRate = recipe.LearningRate.Peak };
    }

    public Device Device => generator.Device;

    public long Iterations => recipe.Iterations;

    public IReadOnlyList<TorchNetwork> Networks => [generator, average.Network];

    public IReadOnlyList<(string Name, IOptimizer Optimizer)> Optimizers => [("adam", adam)];

    public LossTerms Step(FaceBatch batch, long iteration)
    {
        ArgumentNullException.ThrowIfNull(batch);
        var lr = batch.LowResTensor(Device);
        var hr = batch.HighResTensor(Device);
        var sr = generator.Forward(lr, new ForwardMode(Training: true, recipe.Precision));
        var losses = new LossTerms().Add("pixel", 1, PixelLoss.L1(sr, hr));

        adam.LearningRate = recipe.LearningRate.At(iteration, recipe.Iterations);
        adam.Step(Autograd.Gradients(losses.Total(), generator.Parameters));
        average.Update(iteration + 1);
        return losses;
    }

    public Tensor SuperResolve(Tensor lr) => average.Network.Forward(lr.To(Device), new ForwardMode(Training: false, Precision.Fp32));

    public void Dispose()
    {
        adam.Dispose();
        average.Dispose();
        generator.Dispose();
    }
}

/// <summary>The baseline of the field, and the generator inside GWAInet.</summary>
public sealed class EdsrMethod : Method
{
    public override string Id => "edsr";

    public override string Citation =>
        "Lim, Son, Kim, Nah, Lee: Enhanced Deep Residual Networks for Single Image Super-Resolution. CVPR Workshops 2017.";

    public override Type RecipeType => typeof(EdsrRecipe);

    public override string ShippedWeights => "generator.average";

    public override ITrainingStage CreateStage(Recipe recipe, Device device) => new EdsrStage((EdsrRecipe)recipe, device);

    public override Block ShippedNetwork(Recipe recipe) => new EdsrNetwork(((EdsrRecipe)recipe).Network);
}
