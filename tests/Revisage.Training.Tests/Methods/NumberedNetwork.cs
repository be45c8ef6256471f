using Revisage.Fixtures;
using Revisage.Torch;
using Revisage.Training.Layers;
using Revisage.Training.Torch;

namespace Revisage.Training.Tests.Methods;

/// <summary>A network whose weights <see cref="NetworkNumbers"/> gives, an equalised one's so that it is in the same range once scaled.</summary>
/// <param name="Name">In the fixture; the input is "NAME.x".</param>
internal sealed record NumberedNetwork(string Name, Block Block, double Gain)
{
    public TorchNetwork Torch()
    {
        var network = new TorchNetwork(Name, Block, seed: 0);
        network.Load(network.Weights.ToDictionary(named => named.Path, named =>
            StoredArray.Of(named.Path, Numbers(named), [.. named.Weight.Shape.Select(extent => (long)extent)])));
        return network;
    }

    public float[] Numbers(NamedWeight named)
    {
        // An equalised weight is multiplied by sqrt(2 / fan-in).
        var gain = named.Weight.Transform is EqualizedRate ? Gain * (named.Weight.Count / named.Weight.Shape[0]) / 2 : Gain;
        return NetworkNumbers.Of(Name, named.Path, named.Weight.Shape, gain);
    }

    public float[] Values(string input, double low, double high, params int[] shape)
    {
        var values = new float[shape.Aggregate(1, (count, extent) => count * extent)];
        Fixtures.Numbers.Fill(values, $"{Name}.{input}", low, high);
        return values;
    }

    public Tensor Tensor(string input, double low, double high, params int[] shape) =>
        Revisage.Torch.Tensor.Of(Values(input, low, high, shape), [.. shape.Select(extent => (long)extent)]);

    /// <summary>Paths of learned weights that the loss does not depend on, though they took part in computing it.</summary>
    public static IEnumerable<string> WithoutGradient(TorchNetwork network, Tensor loss)
    {
        var gradients = Autograd.Gradients(loss, network.Parameters);
        return network.Weights.Where(named => named.Weight.Learned).Zip(gradients)
            .Where(pair => pair.Second.Abs().Sum().Item() is 0 or double.NaN).Select(pair => pair.First.Path);
    }

    /// <summary>How far a training pass in bf16 is off, root mean square over that of the pass in 32 bits; the gradient must be finite.</summary>
    public static double Bf16Deviation(Block block, params int[] input)
    {
        using var scope = new TensorScope();
        using var network = new TorchNetwork("network", block, seed: 1);
        var x = new NumberedNetwork("bf16", block, Gain: 1).Tensor("x", 0, 1, input);
        x.RequiresGrad = true;

        var wide = network.Forward(x, new ForwardMode(Training: true, Precision.Fp32)).Detach();
        var narrow = network.Forward(x, new ForwardMode(Training: true, Precision.Bf16));
        Autograd.Gradients(narrow.Pow(2).Mean(), [x])[0].IsFinite().ShouldBeTrue();
        return Math.Sqrt((narrow - wide).Pow(2).Mean().Item() / wide.Pow(2).Mean().Item());
    }

    public static string[] Listing(Block network) =>
        [.. network.NamedWeights().Select(named => $"{named.Path} {string.Join('x', named.Weight.Shape)}{(named.Weight.Learned ? "" : " buffer")}")];

    public static string[] Approved(string name) => File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "Approved", $"{name}.txt"));
}
