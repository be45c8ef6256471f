using Revisage.Fixtures;
using Revisage.Restoration;
using Revisage.Torch;
using Revisage.Training.Layers;
using Revisage.Training.Onnx;
using Revisage.Training.Torch;

namespace Revisage.Training.Tests.Methods;

/// <summary>A network of one input or several with the numbers of <see cref="NetworkNumbers"/>, on inputs of the same kind, beside what PyTorch makes of it.</summary>
/// <param name="Gain">Of <see cref="NetworkNumbers"/>.</param>
/// <param name="Inputs">Names and shapes, with N; input i of network n has the numbers of "n.i" from -1 to 1.</param>
internal sealed record InputsCase(string Name, Block Network, double Gain, (string Name, int[] Shape)[] Inputs, Func<IReadOnlyList<FeatureMap>, FeatureMap> Forward)
{
    // fp32 through up to a hundred convolutions, summed in another order.
    private const double Tolerance = 1e-4;

    public static ForwardMode InUse => new(Training: false, Precision.Fp32);

    /// <summary>Of one input, x.</summary>
    public InputsCase(string name, Block network, double gain, params int[] shape)
        : this(name, network, gain, [("x", shape)], x => network.Forward(x[0]))
    {
    }

    public static string[] Listing(Block network) =>
        [.. network.NamedWeights().Select(named => $"{named.Path} {string.Join('x', named.Weight.Shape)}{(named.Weight.Learned ? "" : " buffer")}")];

    /// <summary>Reviewed as code: a change of depth, width or names shows here.</summary>
    public static void ShouldBeApproved(string name, Block network) =>
        Listing(network).ShouldBe(File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "Approved", $"{name}.txt")));

    public TorchNetwork Numbered()
    {
        var network = new TorchNetwork(Name, Network, seed: 0);
        network.Load(network.Weights.ToDictionary(named => named.Path, named =>
            StoredArray.Of(named.Path, Numbers(named), [.. named.Weight.Shape.Select(extent => (long)extent)])));
        return network;
    }

    public Tensor Compute(TorchNetwork network, ForwardMode mode) => TorchNetwork.Leave(Forward(
        [.. Inputs.Select(input => network.Enter(Tensor.Of(Values(input), [.. input.Shape.Select(extent => (long)extent)]), mode))]));

    public void LibTorchShouldAgreeWith(TorchFixture reference)
    {
        using var scope = new TensorScope();
        using var mode = Autograd.WithoutGradients();
        using var network = Numbered();

        var output = Compute(network, InUse);

        ShouldBe(reference, output.Shape, output.ToArray());
    }

    public void OnnxRuntimeShouldAgreeWith(TorchFixture reference)
    {
        var file = OnnxExport.Record(
            Name,
            [.. Inputs.Select(input => new OnnxInput(input.Name, input.Shape[1..]))],
            x => [("y", Forward(x))],
            named => Numbers(named),
            Network.NamedWeights(),
            new Dictionary<string, string>());
        using var model = OnnxModel.Load(file, Name, new OnnxOptions { Threads = 1 });

        var output = model.Run(Inputs.ToDictionary(input => input.Name, input => new Restoration.OnnxTensor(Values(input), input.Shape)))["y"];

        ShouldBe(reference, [.. output.Shape.Select(extent => (long)extent)], output.Values.Span);
    }

    public void EveryWeightShouldReceiveAGradient(bool training = false)
    {
        using var scope = new TensorScope();
        using var network = Numbered();
        var y = Compute(network, new ForwardMode(training, Precision.Fp32));

        var gradients = Autograd.Gradients((y * y).Mean(), network.Parameters);

        var learned = network.Weights.Where(named => named.Weight.Learned).Select(named => named.Path);
        learned.Zip(gradients).Where(pair => pair.Second.Abs().Sum().Item() is 0 or double.NaN).Select(pair => pair.First).ShouldBeEmpty();
    }

    /// <summary>
    /// The gradient penalty after one training forward, mean (|d score / d face| - 1)², and its own gradients by the weights: NAME:penalty
    /// and NAME:d.WEIGHT of the reference.
    /// </summary>
    public void PenaltyShouldAgreeWith(TorchFixture reference)
    {
        using var scope = new TensorScope();
        using var network = Numbered();
        var x = Tensor.Of(Values(Inputs[0]), [.. Inputs[0].Shape.Select(extent => (long)extent)]);
        x.RequiresGrad = true;
        var score = network.Forward(x, new ForwardMode(Training: true, Precision.Fp32));
        var gradient = Autograd.Gradients(score.Sum(), [x], createGraph: true)[0];

        var penalty = ((gradient * gradient).Sum([1, 2, 3]).Sqrt() - 1).Pow(2).Mean();

        penalty.Item().ShouldBe(reference[$"{Name}:penalty"][0], 1e-5);
        // Biases move a gradient only where they move a kink.
        var weights = network.Weights.Where(named => named.Weight.Learned && named.Path.EndsWith("weight", StringComparison.Ordinal)).ToArray();
        weights.Length.ShouldBe(reference.Names.Count(name => name.StartsWith($"{Name}:d.", StringComparison.Ordinal)));
        foreach (var (named, second) in weights.Zip(Autograd.Gradients(penalty, [.. weights.Select(named => network[named.Weight])])))
        {
            Sample.Of(second.ToArray(), 31).ShouldBeClose(reference[$"{Name}:d.{named.Path}"], 1e-5, named.Path);
        }
    }

    private float[] Numbers(NamedWeight named) => NetworkNumbers.Of(Name, named.Path, named.Weight.Shape, Gain);

    private float[] Values((string Name, int[] Shape) input)
    {
        var values = new float[input.Shape.Aggregate(1, (count, extent) => count * extent)];
        Fixtures.Numbers.Fill(values, $"{Name}.{input.Name}");
        return values;
    }

    private void ShouldBe(TorchFixture reference, IReadOnlyList<long> shape, ReadOnlySpan<float> values)
    {
        shape.Select(extent => (float)extent).ShouldBe(reference[$"{Name}:shape"]);
        Sample.Of(values).ShouldBeClose(reference[$"{Name}:y"], Tolerance, Name);
    }
}
