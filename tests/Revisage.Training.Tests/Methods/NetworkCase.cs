using Revisage.Fixtures;
using Revisage.Restoration;
using Revisage.Torch;
using Revisage.Training.Layers;
using Revisage.Training.Onnx;
using Revisage.Training.Torch;

namespace Revisage.Training.Tests.Methods;

/// <summary>
/// A network whose weights have the numbers of <see cref="NetworkNumbers"/>, and what PyTorch computed from the same
/// (<c>fixtures/torch/networks.py</c>).
/// </summary>
/// <param name="Input">With N.</param>
/// <param name="Gain">Of <see cref="NetworkNumbers"/>.</param>
internal sealed record NetworkCase(TorchFixture Reference, string Name, Block Network, int[] Input, double Gain)
{
    // fp32 through up to a hundred convolutions, summed in another order.
    private const double Tolerance = 1e-4;

    private static readonly ForwardMode InUse = new(Training: false, Precision.Fp32);

    /// <summary>All that the network gives; null for what Forward does.</summary>
    public Func<FeatureMap, IReadOnlyList<FeatureMap>>? AllOutputs { get; init; }

    /// <summary>Numbers of those weights that have others than the formula's.</summary>
    public IReadOnlyDictionary<string, float[]> Given { get; init; } = new Dictionary<string, float[]>();

    /// <summary>Path and shape of every weight, as the approved listings have them.</summary>
    public static IEnumerable<string> Listing(Block network) =>
        network.NamedWeights().Select(named => $"{named.Path} {string.Join('x', named.Weight.Shape)}{(named.Weight.Learned ? "" : " buffer")}");

    public static string[] Approved(string name) => File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "Approved", $"{name}.txt"));

    public void LibTorchShouldAgree()
    {
        using var scope = new TensorScope();
        using var mode = Autograd.WithoutGradients();
        using var network = Numbered();
        var x = Tensor.Of(Values(), [.. Input.Select(extent => (long)extent)]);

        var outputs = Outputs(network.Enter(x, InUse)).Select(TorchNetwork.Leave).ToArray();

        outputs.Length.ShouldBe(Reference.Names.Count(array => array.StartsWith($"{Name}:y", StringComparison.Ordinal)));
        foreach (var (i, output) in outputs.Index())
        {
            ShouldBePyTorchs(i, output.Shape, output.ToArray());
        }

        network.Forward(x, InUse).ToArray().ShouldBe(outputs[0].ToArray());
    }

    public void OnnxRuntimeShouldAgree()
    {
        var file = OnnxExport.Record(
            Name,
            [new OnnxInput("x", Input[1..])],
            x => [.. Outputs(x[0]).Index().Select(output => ($"y{output.Index}", output.Item))],
            named => Numbers(named),
            Network.NamedWeights(),
            new Dictionary<string, string>());
        using var model = OnnxModel.Load(file, Name, new OnnxOptions { Threads = 1 });

        var outputs = model.Run(new Dictionary<string, Restoration.OnnxTensor> { ["x"] = new(Values(), Input) });

        for (var i = 0; i < outputs.Count; i++)
        {
            var output = outputs[$"y{i}"];
            ShouldBePyTorchs(i, [.. output.Shape.Select(extent => (long)extent)], output.Values.Span);
        }
    }

    public void EveryWeightShouldReceiveAGradient()
    {
        using var scope = new TensorScope();
        using var network = Numbered();
        var x = Tensor.Of(Values(), [.. Input.Select(extent => (long)extent)]);

        var outputs = Outputs(network.Enter(x, InUse)).Select(TorchNetwork.Leave);
        var gradients = Autograd.Gradients(outputs.Select(y => (y * y).Mean()).Aggregate((sum, y) => sum + y), network.Parameters);

        var learned = network.Weights.Where(named => named.Weight.Learned).Select(named => named.Path);
        learned.Zip(gradients).Where(pair => pair.Second.Abs().Sum().Item() is 0 or double.NaN).Select(pair => pair.First).ShouldBeEmpty();
    }

    /// <summary>As a recipe trains it: batch statistics, dropout, activations of 16 bits.</summary>
    public void TrainingShouldStayFiniteInBf16()
    {
        using var scope = new TensorScope();
        using var network = Numbered();
        var x = Tensor.Of(Values(), [.. Input.Select(extent => (long)extent)]);

        var outputs = Outputs(network.Enter(x, new ForwardMode(Training: true, Precision.Bf16))).Select(TorchNetwork.Leave);
        var gradients = Autograd.Gradients(outputs.Select(y => (y * y).Mean()).Aggregate((sum, y) => sum + y), network.Parameters);

        gradients.ShouldAllBe(gradient => gradient.IsFinite());
    }

    /// <summary>By every weight, the gradient of mean(y) + 10 mean((|dy/dx| - 1)²), the norm taken an image.</summary>
    public void GradientPenaltyShouldAgree()
    {
        using var scope = new TensorScope();
        using var network = Numbered();
        var x = Tensor.Of(Values(), [.. Input.Select(extent => (long)extent)]);
        x.RequiresGrad = true;

        var y = network.Forward(x, InUse);
        var slopes = Autograd.Gradients(y.Sum(), [x], createGraph: true)[0].Pow(2).Sum([1, 2, 3]).Sqrt();
        var gradients = Autograd.Gradients(y.Mean() + (slopes - 1).Pow(2).Mean() * 10, network.Parameters);

        var learned = network.Weights.Where(named => named.Weight.Learned).Select(named => named.Path).ToArray();
        learned.Length.ShouldBe(Reference.Names.Count(array => array.StartsWith($"{Name}:d.", StringComparison.Ordinal)));
        foreach (var (path, gradient) in learned.Zip(gradients))
        {
            var expected = Reference[$"{Name}:d.{path}"];
            // Of one size, so that small gradients count as much. Below are those of biases that a norm takes away again: rounding.
            var size = Math.Max(0.1f, expected.Max(Math.Abs));
            Scaled(Sample.Of(gradient.ToArray(), expected.Length), size).ShouldBeClose(Scaled(expected, size), Tolerance, $"{Name}:d.{path}");
        }
    }

    private static float[] Scaled(float[] values, float size) => [.. values.Select(value => value / size)];

    private IReadOnlyList<FeatureMap> Outputs(FeatureMap x) => AllOutputs?.Invoke(x) ?? [Network.Forward(x)];

    private TorchNetwork Numbered()
    {
        var network = new TorchNetwork(Name, Network, seed: 0);
        network.Load(network.Weights.ToDictionary(named => named.Path, named =>
            StoredArray.Of(named.Path, Numbers(named), [.. named.Weight.Shape.Select(extent => (long)extent)])));
        return network;
    }

    private float[] Numbers(NamedWeight named) =>
        Given.TryGetValue(named.Path, out var numbers) ? numbers : NetworkNumbers.Of(Name, named.Path, named.Weight.Shape, Gain);

    private float[] Values()
    {
        var values = new float[Input.Aggregate(1, (count, extent) => count * extent)];
        Fixtures.Numbers.Fill(values, $"{Name}.x");
        return values;
    }

    private void ShouldBePyTorchs(int index, IReadOnlyList<long> shape, ReadOnlySpan<float> values)
    {
        shape.Select(extent => (float)extent).ShouldBe(Reference[$"{Name}:shape{index}"]);
        Sample.Of(values).ShouldBeClose(Reference[$"{Name}:y{index}"], Tolerance, $"{Name}:y{index}");
    }
}
