using Revisage.Fixtures;
using Revisage.Restoration;
using Revisage.Torch;
using Revisage.Training.Layers;
using Revisage.Training.Onnx;
using Revisage.Training.Torch;

namespace Revisage.Training.Tests.Methods;

/// <summary>
/// A network whose weights have the numbers of <see cref="NetworkNumbers"/> and whose inputs have those of their names, beside what PyTorch
/// computed from the same (<c>fixtures/torch/networks.py</c>).
/// </summary>
/// <param name="Gain">Of <see cref="NetworkNumbers"/>.</param>
/// <param name="Inputs">Names and shapes, with N; input i of network n has the numbers of "n.i".</param>
internal sealed record NetworkCase(TorchFixture Reference, string Name, Block Network, double Gain, params (string Name, int[] Shape)[] Inputs)
{
    // fp32 through up to a hundred convolutions, summed in another order.
    private const double Tolerance = 1e-4;

    public static ForwardMode InUse => new(Training: false, Precision.Fp32);

    /// <summary>All that the network makes of its inputs; null for what Forward does.</summary>
    public Func<IReadOnlyList<FeatureMap>, IReadOnlyList<FeatureMap>>? AllOutputs { get; init; }

    /// <summary>Which of them Forward gives alone.</summary>
    public int Main { get; init; }

    /// <summary>Where the inputs' range begins; it ends at 1.</summary>
    public double Low { get; init; } = -1;

    /// <summary>Numbers of those weights that have others than the formula's.</summary>
    public IReadOnlyDictionary<string, float[]> Given { get; init; } = new Dictionary<string, float[]>();

    /// <summary>Path and shape of every weight, as the approved listings have them.</summary>
    public static string[] Listing(Block network) =>
        [.. network.NamedWeights().Select(named => $"{named.Path} {string.Join('x', named.Weight.Shape)}{(named.Weight.Learned ? "" : " buffer")}")];

    public static string[] Approved(string name) => File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "Approved", $"{name}.txt"));

    /// <summary>Reviewed as code: a change of depth, width or names shows here.</summary>
    public static void ShouldBeApproved(string name, Block network) => Listing(network).ShouldBe(Approved(name));

    /// <summary>Paths of learned weights that the loss does not depend on, though they took part in computing it.</summary>
    public static IEnumerable<string> WithoutGradient(TorchNetwork network, Tensor loss)
    {
        var gradients = Autograd.Gradients(loss, network.Parameters);
        return Learned(network).Zip(gradients).Where(pair => pair.Second.Abs().Sum().Item() is 0 or double.NaN).Select(pair => pair.First.Path);
    }

    /// <summary>How far a training pass in bf16 is off, root mean square over that of the pass in 32 bits; the gradient must be finite.</summary>
    public static double Bf16Deviation(Block block, params int[] input)
    {
        using var scope = new TensorScope();
        using var network = new TorchNetwork("bf16", block, seed: 1);
        var values = new float[input.Aggregate(1, (count, extent) => count * extent)];
        Fixtures.Numbers.Fill(values, "bf16.x", 0);
        var x = Tensor.Of(values, [.. input.Select(extent => (long)extent)]);
        x.RequiresGrad = true;

        var wide = network.Forward(x, new ForwardMode(Training: true, Precision.Fp32)).Detach();
        var narrow = network.Forward(x, new ForwardMode(Training: true, Precision.Bf16));
        Autograd.Gradients(narrow.Pow(2).Mean(), [x])[0].IsFinite().ShouldBeTrue();
        return Math.Sqrt((narrow - wide).Pow(2).Mean().Item() / wide.Pow(2).Mean().Item());
    }

    public void LibTorchShouldAgree()
    {
        using var scope = new TensorScope();
        using var mode = Autograd.WithoutGradients();
        using var network = Numbered();

        var outputs = Compute(network, InUse);

        outputs.Count.ShouldBe(Reference.Names.Count(array => array.StartsWith($"{Name}:y", StringComparison.Ordinal)));
        foreach (var (i, output) in outputs.Index())
        {
            ShouldBePyTorchs(i, output.Shape, output.ToArray());
        }

        if (Inputs.Length == 1)
        {
            network.Forward(Input(Inputs[0].Name), InUse).ToArray().ShouldBe(outputs[Main].ToArray());
        }
    }

    public void OnnxRuntimeShouldAgree()
    {
        var file = OnnxExport.Record(
            Name,
            [.. Inputs.Select(input => new OnnxInput(input.Name, input.Shape[1..]))],
            x => [.. Outputs(x).Index().Select(output => ($"y{output.Index}", output.Item))],
            named => Numbers(named),
            Network.NamedWeights(),
            new Dictionary<string, string>());
        using var model = OnnxModel.Load(file, Name, new OnnxOptions { Threads = 1 });

        var outputs = model.Run(Inputs.ToDictionary(input => input.Name, input => new Restoration.OnnxTensor(Values(input.Name, Low, input.Shape), input.Shape)));

        outputs.Count.ShouldBe(Reference.Names.Count(array => array.StartsWith($"{Name}:y", StringComparison.Ordinal)));
        for (var i = 0; i < outputs.Count; i++)
        {
            var output = outputs[$"y{i}"];
            ShouldBePyTorchs(i, [.. output.Shape.Select(extent => (long)extent)], output.Values.Span);
        }
    }

    public void EveryWeightShouldReceiveAGradient(bool training = false)
    {
        using var scope = new TensorScope();
        using var network = Numbered();

        WithoutGradient(network, MeanSquare(Compute(network, new ForwardMode(training, Precision.Fp32)))).ShouldBeEmpty();
    }

    /// <summary>As a recipe trains it: batch statistics, dropout, activations of 16 bits.</summary>
    public void TrainingShouldStayFiniteInBf16()
    {
        using var scope = new TensorScope();
        using var network = Numbered();

        var gradients = Autograd.Gradients(MeanSquare(Compute(network, new ForwardMode(Training: true, Precision.Bf16))), network.Parameters);

        gradients.ShouldAllBe(gradient => gradient.IsFinite());
    }

    /// <summary>By every weight, the gradient of mean(y) + 10 mean((|dy/dx| - 1)²), the norm taken an image.</summary>
    public void GradientPenaltyShouldAgree()
    {
        using var scope = new TensorScope();
        using var network = Numbered();
        var (score, penalty) = Penalised(network, InUse);
        var learned = Learned(network).ToArray();

        GradientsShouldBePyTorchs(network, score.Mean() + penalty * 10, learned);
    }

    /// <summary>After one training forward the penalty alone, and its gradients by the weights: biases move a slope only where they move a kink.</summary>
    public void PenaltyShouldAgree()
    {
        using var scope = new TensorScope();
        using var network = Numbered();
        var (_, penalty) = Penalised(network, new ForwardMode(Training: true, Precision.Fp32));

        penalty.Item().ShouldBe(Reference[$"{Name}:penalty"][0], 1e-5);
        GradientsShouldBePyTorchs(network, penalty, [.. Learned(network).Where(named => named.Path.EndsWith("weight", StringComparison.Ordinal))]);
    }

    public TorchNetwork Numbered()
    {
        var network = new TorchNetwork(Name, Network, seed: 0);
        network.Load(network.Weights.ToDictionary(named => named.Path, named =>
            StoredArray.Of(named.Path, Numbers(named), [.. named.Weight.Shape.Select(extent => (long)extent)])));
        return network;
    }

    public IReadOnlyList<Tensor> Compute(TorchNetwork network, ForwardMode mode) =>
        [.. Outputs([.. Inputs.Select(input => network.Enter(Input(input.Name), mode))]).Select(TorchNetwork.Leave)];

    public Tensor Input(string name) => Input(name, Low, Inputs.Single(input => input.Name == name).Shape);

    /// <summary>Of another shape or range than the network's own.</summary>
    public Tensor Input(string name, double low, params int[] shape) => Tensor.Of(Values(name, low, shape), [.. shape.Select(extent => (long)extent)]);

    public float[] Values(string input, double low, params int[] shape)
    {
        var values = new float[shape.Aggregate(1, (count, extent) => count * extent)];
        Fixtures.Numbers.Fill(values, $"{Name}.{input}", low);
        return values;
    }

    private static IEnumerable<NamedWeight> Learned(TorchNetwork network) => network.Weights.Where(named => named.Weight.Learned);

    private static Tensor MeanSquare(IReadOnlyList<Tensor> outputs) => outputs.Select(y => (y * y).Mean()).Aggregate((sum, y) => sum + y);

    private static float[] Scaled(float[] values, float size) => [.. values.Select(value => value / size)];

    private (Tensor Score, Tensor Penalty) Penalised(TorchNetwork network, ForwardMode mode)
    {
        var x = Input(Inputs[0].Name);
        x.RequiresGrad = true;
        var score = network.Forward(x, mode);
        var slopes = Autograd.Gradients(score.Sum(), [x], createGraph: true)[0].Pow(2).Sum([1, 2, 3]).Sqrt();
        return (score, (slopes - 1).Pow(2).Mean());
    }

    private void GradientsShouldBePyTorchs(TorchNetwork network, Tensor loss, IReadOnlyList<NamedWeight> weights)
    {
        weights.Count.ShouldBe(Reference.Names.Count(array => array.StartsWith($"{Name}:d.", StringComparison.Ordinal)));
        foreach (var (named, gradient) in weights.Zip(Autograd.Gradients(loss, [.. weights.Select(named => network[named.Weight])])))
        {
            var expected = Reference[$"{Name}:d.{named.Path}"];
            // Of one size, so that small gradients count as much. Below are those of biases that a norm takes away again: rounding.
            var size = Math.Max(0.1f, expected.Max(Math.Abs));
            Scaled(Sample.Of(gradient.ToArray(), expected.Length), size).ShouldBeClose(Scaled(expected, size), Tolerance, $"{Name}:d.{named.Path}");
        }
    }

    private IReadOnlyList<FeatureMap> Outputs(IReadOnlyList<FeatureMap> x) => AllOutputs?.Invoke(x) ?? [Network.Forward(x[0])];

    private float[] Numbers(NamedWeight named)
    {
        // An equalised weight is multiplied by sqrt(2 / fan-in).
        var gain = named.Weight.Transform is EqualizedRate ? Gain * (named.Weight.Count / named.Weight.Shape[0]) / 2 : Gain;
        return Given.TryGetValue(named.Path, out var numbers) ? numbers : NetworkNumbers.Of(Name, named.Path, named.Weight.Shape, gain);
    }

    private void ShouldBePyTorchs(int index, IReadOnlyList<long> shape, ReadOnlySpan<float> values)
    {
        shape.Select(extent => (float)extent).ShouldBe(Reference[$"{Name}:shape{index}"]);
        Sample.Of(values).ShouldBeClose(Reference[$"{Name}:y{index}"], Tolerance, $"{Name}:y{index}");
    }
}
