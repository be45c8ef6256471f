using Revisage.Torch;
using Revisage.Training.Onnx;
using Revisage.Training.Runs;
using Revisage.Training.Torch;

namespace Revisage.Training.Methods.HighToLow;

/// <summary>A stage that makes its small faces itself.</summary>
internal interface IDegradingStage : ITrainingStage
{
    /// <summary>Numbers of noise that a face takes.</summary>
    int Noise { get; }

    /// <summary>As High-to-Low would ship now.</summary>
    /// <param name="large">[N, 3, H, W] in the recipe's range.</param>
    /// <param name="noise">[N, <see cref="Noise"/>] of N(0, 1).</param>
    Tensor Degrade(Tensor large, Tensor noise);
}

/// <summary>
/// High-to-Low as it was trained, making small faces while Low-to-High learns. It no longer changes; what a joint
/// phase goes on with is kept beside it.
/// </summary>
internal sealed class Degrader : IDisposable
{
    private readonly HighToLowRecipe recipe;
    private readonly TorchNetwork shipped;

    /// <param name="recipe">Of High-to-Low.</param>
    /// <param name="goesOn">Whether a later phase trains it further.</param>
    /// <param name="weights">Of its networks by name, none for those that begin anew; null where the phase before hands them over.</param>
    public Degrader(HighToLowRecipe recipe, bool goesOn, Func<string, IReadOnlyDictionary<string, StoredArray>>? weights, Device device)
    {
        this.recipe = recipe;
        var generator = new HighToLowGenerator(recipe.Network);
        shipped = new TorchNetwork(HighToLowStage.Shipped, generator, recipe.Seed, device)
        {
            // What goes on as an average stays as old as it is; what was trained elsewhere has seen an update at least.
            Followed = goesOn ? generator.NamedWeights().ToDictionary(named => named.Weight, _ => weights is null ? 0L : 1L) : null,
        };
        Networks =
        [
            shipped,
            .. goesOn ? [new TorchNetwork(HighToLowStage.Generator, generator, recipe.Seed, device)] : Array.Empty<TorchNetwork>(),
            .. goesOn && recipe.Adversary.Weight > 0
                ? [new TorchNetwork(HighToLowStage.Discriminator, recipe.Adversary.ToDiscriminator(recipe.Data.LowRes), recipe.Seed, device)]
                : Array.Empty<TorchNetwork>(),
        ];
        foreach (var network in Networks)
        {
            if (weights?.Invoke(network.Name) is { Count: > 0 } known)
            {
                network.Load(known);
            }
        }
    }

    public IReadOnlyList<TorchNetwork> Networks { get; }

    /// <summary>One draw for each of so many faces, from LibTorch's random numbers, which checkpoints hold.</summary>
    public static Tensor Noise(long faces, int numbers, Device device) => Tensor.RandN(faces, numbers).To(device);

    /// <summary>The weights of a trained High-to-Low, by the names of its networks: an exported file's serve its generator alone.</summary>
    /// <param name="source">An installed model, an .onnx file, or a run's checkpoint.</param>
    /// <param name="wanted">What the recipe says of it.</param>
    /// <exception cref="RevisageException">It is something else, or of other sizes.</exception>
    public static Func<string, IReadOnlyDictionary<string, StoredArray>> Read(string source, HighToLowRecipe wanted, TrainingSetting setting)
    {
        Recipe found;
        Func<string, IReadOnlyDictionary<string, StoredArray>> weights;
        if (IsCheckpoint(source))
        {
            var checkpoint = Checkpoint.Load(source);
            found = RecipeFile.Parse(checkpoint.State.Recipe, $"of '{source}'", []);
            found = MethodCatalog.Find(found.Method).Parts(found).OfType<HighToLowRecipe>().FirstOrDefault() ?? found;
            weights = checkpoint.WeightsOf;
        }
        else
        {
            (found, var shipped) = ShippedNetwork.Read(setting.Models.Find(source));
            weights = name => name == HighToLowStage.Discriminator ? new Dictionary<string, StoredArray>() : shipped;
        }

        var own = found as HighToLowRecipe ?? throw new RevisageException($"'{source}' is of the method '{found.Method}', but degrader takes a High-to-Low. Train one by 'revisage train high-to-low.compact'.");
        return own.Network == wanted.Network && own.Data.Range == wanted.Data.Range
            ? weights
            : throw new RevisageException($"The High-to-Low of '{source}' is {own.Network} in the range {own.Data.Range}, but the recipe's is {wanted.Network} in {wanted.Data.Range}. Set high_to_low.network and data.range as it has them.");
    }

    public static bool IsCheckpoint(string source) => source.EndsWith(".safetensors", StringComparison.OrdinalIgnoreCase);

    /// <param name="large">[N, 3, H, W]; no gradient comes back to it.</param>
    /// <param name="noise">[N, Z].</param>
    public Tensor Of(Tensor large, Tensor noise, Precision precision)
    {
        using var mode = Autograd.WithoutGradients();
        return shipped.Forward([large, noise], new ForwardMode(Training: false, precision))[0];
    }

    /// <summary>With noise of its own.</summary>
    public Tensor Of(Tensor large) => Of(large, Noise(large.Shape[0], recipe.Network.Noise, shipped.Device), recipe.Precision);

    public void Dispose()
    {
        foreach (var network in Networks)
        {
            network.Dispose();
        }
    }
}
