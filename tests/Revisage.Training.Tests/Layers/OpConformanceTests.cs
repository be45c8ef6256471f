using System.Reflection;
using Revisage.Fixtures;
using Revisage.Restoration;
using Revisage.Torch;
using Revisage.Training.Layers;
using Revisage.Training.Onnx;
using Revisage.Training.Torch;

namespace Revisage.Training.Tests.Layers;

/// <summary>
/// Every operator against PyTorch's numbers (<c>fixtures/torch/operators.py</c>): executed in both precisions with
/// gradients, and recorded and run by ONNX Runtime.
/// </summary>
[Trait("Category", "torch")]
public class OpConformanceTests
{
    // Sums of some hundred products in another order differ by this much in 32 bits.
    private const double Fp32 = 1e-5;

    // A bf16 value is off by up to 2⁻⁹ of itself. Two or three roundings (operands, result) add up to 2⁻⁷ of the
    // largest value, half of what an operator that computes coordinates or statistics in bf16 is off by.
    private const double Bf16 = 1.0 / 128;

    private static readonly TorchFixture Reference = new("operators.safetensors");

    [Fact]
    public void The_reference_and_the_table_hold_the_same_cases() =>
        Operators.All.Select(c => c.Name).ShouldBe(Reference.Names.Select(name => name.Split(':')[0]).Distinct(), ignoreOrder: true);

    [Theory]
    [MemberData(nameof(Operators.Names), MemberType = typeof(Operators))]
    public void Values_gradients_and_statistics_are_PyTorchs(string name)
    {
        using var scope = new TensorScope();
        var operatorCase = Operators.Find(name);
        using var network = Network(operatorCase);

        var run = Execute(operatorCase, network, Precision.Fp32, Inputs(operatorCase));

        run.Shape.ShouldBe(Reference.Shape($"{name}:y"));
        run.Values.ShouldBeClose(Reference[$"{name}:y"], Fp32, $"{name}:y");
        foreach (var (leaf, gradient) in run.Gradients)
        {
            gradient.ShouldBeClose(Reference[$"{name}:d.{leaf}"], Fp32, $"{name}:d.{leaf}");
        }

        foreach (var (path, buffer) in operatorCase.Weights.Where(named => Reference.Names.Contains($"{name}:{named.Path}")))
        {
            network[buffer].ToArray().ShouldBeClose(Reference[$"{name}:{path}"], Fp32, $"{name}:{path}");
        }
    }

    /// <summary>
    /// On inputs and weights that bf16 holds exactly, so that no comparison (a maximum, a border) can fall out
    /// otherwise than in 32 bits.
    /// </summary>
    [Theory]
    [MemberData(nameof(Operators.Names), MemberType = typeof(Operators))]
    public void In_bf16_values_and_gradients_are_those_of_32_bits_rounded(string name)
    {
        using var scope = new TensorScope();
        var operatorCase = Operators.Find(name);
        var inputs = Inputs(operatorCase).Select(Rounded).ToArray();
        using var wide = Network(operatorCase, round: true);
        using var narrow = Network(operatorCase, round: true);

        var expected = Execute(operatorCase, wide, Precision.Fp32, inputs);
        var run = Execute(operatorCase, narrow, Precision.Bf16, inputs);

        run.Shape.ShouldBe(expected.Shape);
        run.Values.ShouldBeClose(expected.Values, Bf16, $"{name}:y");
        foreach (var (leaf, gradient) in run.Gradients)
        {
            gradient.ShouldBeClose(expected.Gradients[leaf], Bf16, $"{name}:d.{leaf}");
        }

        foreach (var (path, buffer) in operatorCase.Weights.Where(named => !named.Weight.Learned))
        {
            narrow[buffer].ToArray().ShouldBeClose(wide[buffer].ToArray(), Bf16, $"{name}:{path}");
        }
    }

    /// <summary>As its operators are laid out in each precision; <see cref="PoisonedHeapTests"/> has every layout in either.</summary>
    [Theory]
    [MemberData(nameof(Operators.ConvolutionNames), MemberType = typeof(Operators))]
    public void A_convolution_reads_no_memory_that_nothing_was_written_to(string name)
    {
        using var scope = new TensorScope();
        var operatorCase = Operators.Find(name);
        var inputs = Inputs(operatorCase).Select(Rounded).ToArray();
        using var wide = Network(operatorCase, round: true);
        using var narrow = Network(operatorCase, round: true);
        var expected = Execute(operatorCase, wide, Precision.Fp32, inputs);
        using var poison = new PoisonedHeap();

        foreach (var (network, precision, tolerance) in new[] { (wide, Precision.Fp32, Fp32), (narrow, Precision.Bf16, Bf16) })
        {
            var run = Execute(operatorCase, network, precision, inputs);

            run.Values.ShouldBeClose(expected.Values, tolerance, $"{name}:y");
            foreach (var (leaf, gradient) in run.Gradients)
            {
                gradient.ShouldBeClose(expected.Gradients[leaf], tolerance, $"{name}:d.{leaf}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Operators.ExportedNames), MemberType = typeof(Operators))]
    public void ONNX_Runtime_computes_the_same_from_the_recording(string name)
    {
        var operatorCase = Operators.Find(name);
        var file = OnnxExport.Record(
            name,
            [.. operatorCase.Inputs.Select(input => new OnnxInput(input.Name, input.Shape[1..]))],
            x => [("y", operatorCase.Apply([.. x]))],
            named => Fill(named.Weight),
            operatorCase.Weights,
            new Dictionary<string, string>());
        using var model = OnnxModel.Load(file, name, new OnnxOptions { Threads = 1 });

        var output = model.Run(operatorCase.Inputs.ToDictionary(input => input.Name, input => new Restoration.OnnxTensor(input.Values(), input.Shape)))["y"];

        output.Shape.Select(extent => (long)extent).ShouldBe(Reference.Shape($"{name}:y"));
        output.Values.ToArray().ShouldBeClose(Reference[$"{name}:y"], Fp32, name);
    }

    /// <summary>Reads the table's compiled code for the operators it calls.</summary>
    [Fact]
    public void Every_operator_has_a_case()
    {
        const BindingFlags all = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly;
        var called = new[] { typeof(Operators) }.Concat(typeof(Operators).GetNestedTypes(all))
            .SelectMany(type => type.GetMethods(all)).SelectMany(CompiledCode.Calls).Where(method => method.DeclaringType == typeof(FeatureMap)).ToHashSet();
        // x - c and x + c are one operator with another sign.
        var declared = typeof(FeatureMap).GetMethods(all).Where(method => method.IsPublic && !method.IsSpecialName);

        declared.Where(method => !called.Contains(method)).Select(method => method.Name).ShouldBeEmpty();
        called.Where(method => method.IsSpecialName).Select(method => method.Name).Distinct().Order()
            .ShouldBe(["op_Addition", "op_Multiply", "op_Subtraction"]);
    }

    /// <param name="Gradients">Of sum(y * cotangent) by inputs x0, x1 ... and learned weights.</param>
    private sealed record Outcome(IReadOnlyList<long> Shape, float[] Values, IReadOnlyDictionary<string, float[]> Gradients);

    private static Outcome Execute(OperatorCase operatorCase, TorchNetwork network, Precision precision, float[][] inputs)
    {
        var leaves = operatorCase.Inputs.Zip(inputs, (input, values) => Tensor.Of(values, [.. input.Shape.Select(extent => (long)extent)])).ToArray();
        foreach (var leaf in leaves)
        {
            leaf.RequiresGrad = true;
        }

        var mode = new ForwardMode(operatorCase.Training, precision);
        var y = TorchNetwork.Leave(operatorCase.Apply([.. leaves.Select(leaf => network.Enter(precision == Precision.Bf16 ? Activation(leaf) : leaf, mode))]));
        var cotangent = new float[y.Count];
        Numbers.Fill(cotangent, $"{operatorCase.Name}.cotangent");
        var loss = (y * Tensor.Of(cotangent, [.. y.Shape])).Sum();
        var gradients = Autograd.Gradients(loss, [.. leaves, .. network.Parameters]);
        var names = leaves.Select((_, i) => $"x{i}").Concat(operatorCase.Weights.Where(named => named.Weight.Learned).Select(named => named.Path));
        return new Outcome(y.Shape, y.ToArray(), names.Zip(gradients).ToDictionary(pair => pair.First, pair => pair.Second.ToArray()));
    }

    // As the operator before it would have left it.
    private static Tensor Activation(Tensor x)
    {
        var narrow = x.To(ScalarType.BFloat16);
        return x.Shape.Count == 4 ? narrow.Contiguous(MemoryFormat.ChannelsLast) : narrow;
    }

    private static float[][] Inputs(OperatorCase operatorCase) => [.. operatorCase.Inputs.Select(input => input.Values())];

    private static TorchNetwork Network(OperatorCase operatorCase, bool round = false)
    {
        var network = new TorchNetwork(operatorCase.Name, new CaseBlock(operatorCase), seed: 0);
        if (round)
        {
            network.Load(network.Save().ToDictionary(array => array.Name, array => StoredArray.Of(array.Name, Rounded(array.ToFloats()), [.. array.Shape])));
        }

        return network;
    }

    private static float[] Rounded(float[] values)
    {
        using var wide = Tensor.Of(values, values.Length);
        using var narrow = wide.To(ScalarType.BFloat16);
        return narrow.ToArray();
    }

    private static float[] Fill(Weight weight)
    {
        var values = new float[weight.Count];
        weight.Initializer(values, weight.Shape, new Random(0));
        return values;
    }

    /// <summary>Gives a case's weights the paths that the table names them by.</summary>
    private sealed class CaseBlock(OperatorCase operatorCase) : Block
    {
        private readonly Weight? weight = At(operatorCase, "weight");
        private readonly Weight? bias = At(operatorCase, "bias");

        [StateName("running_mean")]
        private readonly Weight? runningMean = At(operatorCase, "running_mean");

        [StateName("running_var")]
        private readonly Weight? runningVariance = At(operatorCase, "running_var");

        public override FeatureMap Forward(FeatureMap x) => operatorCase.Apply(x);

        private static Weight? At(OperatorCase operatorCase, string path) => operatorCase.Weights.SingleOrDefault(named => named.Path == path)?.Weight;
    }
}
