using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Revisage.Torch;
using Revisage.Training.Layers;
using Revisage.Training.Losses;
using Revisage.Training.Methods;
using Revisage.Training.Runs;
using Revisage.Training.Torch;

namespace Revisage.Benchmarks;

/// <summary>A recipe's generator on random images: forward, L1, backward, Adam, moving average. Other losses and critics are left out.</summary>
internal static class TrainingSpeed
{
    private const int WarmUp = 3;

    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true, Converters = { new JsonStringEnumConverter() } };

    /// <summary>The backward pass costs two forward ones; a multiply-add is two operations.</summary>
    public static double GigaFlopsAnImage(Recipe recipe) => 3 * 2 * Walk(recipe).MultiplyAdds / 1e9;

    /// <summary>What training_step.py needs in order to build and check the same network.</summary>
    public static string Describe(Recipe recipe)
    {
        var method = MethodCatalog.Find(recipe.Method);
        return JsonSerializer.Serialize(
            new
            {
                recipe.Method,
                recipe.Batch,
                Bf16 = recipe.Precision == Precision.Bf16,
                Recipe = (object)recipe,
                Inputs = method.Inputs(recipe).Select(input => input.Shape),
                Output = Walk(recipe).OutputShapes[0],
                Weights = InUse(method.ShippedNetwork(recipe), Walk(recipe)).ToDictionary(named => named.Path, named => named.Weight.Shape),
            },
            Json);
    }

    public static double Measure(Recipe recipe, double seconds, bool profiled)
    {
        var method = MethodCatalog.Find(recipe.Method);
        var block = method.ShippedNetwork(recipe);
        // Any numbers do: the work does not depend on them.
        var random = new SampleRandom(1, 0);
        (float[] Values, long[] Shape) Noise(IReadOnlyList<int> shape)
        {
            var values = new float[recipe.Batch * shape.Aggregate(1, (count, extent) => count * extent)];
            for (var i = 0; i < values.Length; i++)
            {
                values[i] = (float)random.NextDouble() * 2 - 1;
            }

            return (values, [recipe.Batch, .. shape.Select(extent => (long)extent)]);
        }

        var inputs = method.Inputs(recipe).Select(input => Noise(input.Shape)).ToArray();
        var truth = Noise(Walk(recipe).OutputShapes[0]);

        using var network = new TorchNetwork("generator", block, recipe.Seed);
        var weights = InUse(block, Walk(recipe)).Select(named => named.Path).ToHashSet();
        Tensor[] learned = [.. network.Weights.Where(named => weights.Contains(named.Path)).Select(named => network[named.Weight])];
        using var adam = new Adam(learned, new AdamOptions()) { LearningRate = 1e-4 };
        using var average = new MovingAverage(network, recipe.AverageDecay);
        var mode = new ForwardMode(Training: true, recipe.Precision);
        var steps = 0;
        void Step()
        {
            using var scope = new TensorScope();
            var sr = network.Forward([.. inputs.Select(input => Tensor.Of(input.Values, input.Shape))], mode)[0];
            var losses = new LossTerms().Add("pixel", 1, PixelLoss.L1(sr, Tensor.Of(truth.Values, truth.Shape)));
            adam.Step(Autograd.Gradients(losses.Total(), learned));
            average.Update();
            steps++;
        }

        while (steps < WarmUp)
        {
            Step();
        }

        using var profile = profiled ? new OperatorProfile() : null;
        var clock = Stopwatch.StartNew();
        while (clock.Elapsed.TotalSeconds < seconds)
        {
            Step();
        }

        var speed = (steps - WarmUp) * recipe.Batch / clock.Elapsed.TotalSeconds;
        foreach (var (name, calls, time) in profile?.Rows ?? [])
        {
            Console.Error.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"{time.TotalMilliseconds / (steps - WarmUp),9:F2} ms a step  {calls / (steps - WarmUp),5} calls  {name}"));
        }

        return speed;
    }

    private static ShapeReport Walk(Recipe recipe) => MethodCatalog.Find(recipe.Method).Walk(recipe);

    /// <summary>What is learned, less the convolutions that the shipped forward passes by: those of a growing network's earlier steps.</summary>
    private static IEnumerable<NamedWeight> InUse(Block network, ShapeReport report)
    {
        var learned = network.NamedWeights().Where(named => named.Weight.Learned).ToArray();
        var idle = learned.Where(named => named.Weight.Shape.Count == 4 && named.Path.Contains(".weight", StringComparison.Ordinal))
            .Select(named => BlockOf(named.Path)).Where(block => !report.MultiplyAddsByBlock.ContainsKey(block)).ToHashSet();
        return learned.Where(named => !idle.Contains(BlockOf(named.Path)));

        static string BlockOf(string path) => path[..path.LastIndexOf('.')];
    }
}
