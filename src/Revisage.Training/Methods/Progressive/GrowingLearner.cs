using System.Text.RegularExpressions;
using Revisage.Torch;
using Revisage.Training.Layers;
using Revisage.Training.Runs;
using Revisage.Training.Torch;

namespace Revisage.Training.Methods.Progressive;

/// <summary>
/// Generator or critic in training, with an Adam for each of its parts that begin or end at a step: <c>step2</c>, <c>to_rgb.1</c>. A part that has
/// no gradient waits, its moments as they are, which is what one Adam of PyTorch's does with parameters without a gradient.
/// </summary>
internal sealed partial class GrowingLearner : IDisposable
{
    private const string Always = "step1";

    private readonly IReadOnlyList<(string Name, IReadOnlyList<Tensor> Parameters, Adam Adam)> parts;
    private readonly MovingAverage? average;

    /// <param name="averaged">Whether the recipe's average of its weights is kept.</param>
    public GrowingLearner(string name, Block block, ProgressiveRecipe recipe, Device device, bool averaged)
    {
        Network = new TorchNetwork(name, block, recipe.Seed, device);
        parts =
        [
            .. Network.Weights.Where(named => named.Weight.Learned).GroupBy(named => PartOf(named.Path)).Select(part =>
            {
                Tensor[] parameters = [.. part.Select(named => Network[named.Weight])];
                return (part.Key, (IReadOnlyList<Tensor>)parameters, new Adam(parameters, recipe.Adam) { LearningRate = recipe.LearningRate.Peak });
            }),
        ];
        average = averaged ? new MovingAverage(Network, recipe.AverageDecay) : null;
    }

    public TorchNetwork Network { get; }

    public TorchNetwork Shipped => average?.Network ?? Network;

    public IEnumerable<TorchNetwork> Networks => average is null ? [Network] : [Network, average.Network];

    /// <summary>The one of the part that is always in use comes first.</summary>
    public IEnumerable<(string Name, IOptimizer Optimizer)> Optimizers =>
        parts.OrderBy(part => part.Name != Always).Select(part => ($"{Network.Name}.{part.Name}.optimizer", (IOptimizer)part.Adam));

    /// <summary>One step down the gradient of <paramref name="loss"/>, of the parts that step <paramref name="step"/> makes use of.</summary>
    public void Update(Tensor loss, double rate, int step, double alpha)
    {
        var used = parts.Where(part => InUse(part.Name, step, alpha)).ToArray();
        var gradients = Autograd.Gradients(loss, [.. used.SelectMany(part => part.Parameters)]);
        var first = 0;
        foreach (var (_, parameters, adam) in used)
        {
            adam.LearningRate = rate;
            adam.Step(gradients[first..(first += parameters.Count)]);
        }

        average?.Update(named => InUse(PartOf(named.Path), step, alpha));
    }

    public void Dispose()
    {
        foreach (var (_, _, adam) in parts)
        {
            adam.Dispose();
        }

        average?.Dispose();
        Network.Dispose();
    }

    private static string PartOf(string path) => Part().Match(path) is { Success: true } match ? match.Value : Always;

    private static bool InUse(string part, int step, double alpha)
    {
        var number = part[^1] - '0';
        // The colours of step n are number n - 1; those of the step before fade out.
        return part.StartsWith("step", StringComparison.Ordinal) ? number <= step : number == step - 1 || (alpha < 1 && number == step - 2);
    }

    /// <summary>The critic's end has no name of its own: it is in use as its first step is.</summary>
    [GeneratedRegex(@"^(step\d|(to|from)_rgb\.\d)")]
    private static partial Regex Part();
}
