using Revisage.Fixtures;
using Revisage.Restoration;
using Revisage.Training.Layers;
using Revisage.Training.Onnx;
using Revisage.Training.Onnx.Int8;
using Revisage.Training.Tests.Layers;

namespace Revisage.Training.Tests.Onnx.Int8;

public class Int8GraphTests
{
    private const int Side = 5;

    [Int8Fact]
    public void ONNX_Runtime_computes_what_integers_by_hand_do()
    {
        var network = new Small();
        var (graph, numbers) = Record(network);
        // Narrower than what the activations reach, so that clipping takes part.
        var ranges = new[] { ByteRange.Of(-0.9f, 1.1f), ByteRange.Of(0, 0.8f), ByteRange.Of(-0.7f, 0.6f) };
        var quantized = new Int8Graph(graph.Recording);
        var input = new float[3 * Side * Side];
        Numbers.Fill(input, "small.x");

        using var model = OnnxModel.Load(
            OnnxWriter.Write(quantized.Quantized(quantized.Observed.Zip(ranges).ToDictionary(pair => pair.First, pair => pair.Second)), new Dictionary<string, string>()), "small");
        var actual = model.Run(new Dictionary<string, Restoration.OnnxTensor> { ["x"] = new(input, [1, 3, Side, Side]) })["y"].Values.ToArray();

        quantized.Convolutions.ShouldBe(2);
        actual.ShouldBeClose(Reference(numbers, input, ranges), 1e-5, "y");
    }

    [Fact]
    public void The_sums_of_residual_blocks_are_read_in_floats()
    {
        var file = new OnnxFile(OnnxWriter.Write(Quantized(new TestEdsr(channels: 4, blocks: 2)), new Dictionary<string, string>()));

        // Of head, four in blocks, fuse, three in upsamplers and tail, all but head and tail.
        var convolutions = file.Nodes.Where(node => node.Operator == "Conv").ToArray();
        convolutions.Count(node => node.Inputs.All(input => input.EndsWith(".rounded", StringComparison.Ordinal))).ShouldBe(8);
        convolutions[0].Inputs[0].ShouldBe("x");
        convolutions[^1].Inputs[1].ShouldBe("tail.weight");
        var sums = file.Nodes.Where(node => node.Operator == "Add").ToArray();
        sums.Length.ShouldBe(3);
        sums.ShouldAllBe(node => node.Inputs.Count(input => input.EndsWith(".rounded", StringComparison.Ordinal)) == 1);
    }

    [Fact]
    public void Pixels_are_shuffled_as_bytes()
    {
        var file = new OnnxFile(OnnxWriter.Write(Quantized(new TestEdsr(channels: 4, blocks: 1)), new Dictionary<string, string>()));

        var shuffles = file.Nodes.Where(node => node.Operator == "DepthToSpace").ToArray();
        shuffles.Length.ShouldBe(3);
        shuffles.ShouldAllBe(node => node.Inputs[0].EndsWith(".bytes", StringComparison.Ordinal) && node.Output.EndsWith(".bytes", StringComparison.Ordinal));
    }

    [Fact]
    public void Floats_that_are_in_bytes_are_left_out()
    {
        var file = new OnnxFile(OnnxWriter.Write(Quantized(new TestEdsr(channels: 4, blocks: 1)), new Dictionary<string, string>()));

        file.Initializers.Keys.ShouldContain("head.weight");
        file.Initializers.Keys.ShouldNotContain("fuse.weight");
        file.Initializers["fuse.weight.bytes"].Type.ShouldBe(3);
    }

    [Fact]
    public void A_network_without_a_convolution_between_is_refused()
    {
        var network = new Conv2d(3, 3, 3, padding: 1);
        var (graph, _) = Record(network);

        Should.Throw<RevisageException>(() => new Int8Graph(graph.Recording)).Message.ShouldStartWith("net has 1 convolutions, and the first and the last stay in floats");
    }

    private static OnnxRecording Quantized(Block network)
    {
        var graph = new Int8Graph(Record(network).Graph.Recording);
        return graph.Quantized(graph.Observed.ToDictionary(value => value, _ => ByteRange.Of(-1, 1)));
    }

    private static (OnnxGraph Graph, IReadOnlyDictionary<string, float[]> Numbers) Record(Block network)
    {
        var numbers = network.NamedWeights().ToDictionary(named => named.Path, named => NetworkNumbers.Of("net", named.Path, named.Weight.Shape, gain: 6));
        if (numbers.TryGetValue("first.weight", out var weights))
        {
            // Its second channel is nothing but bias.
            Array.Clear(weights, 4 * 9, 4 * 9);
        }

        return (OnnxExport.Graph("net", [new OnnxInput("x", 3, Side, Side)], x => [("y", network.Forward(x[0]))], named => numbers[named.Path], network.NamedWeights()), numbers);
    }

    /// <summary>The small network in integers, by the definition of QuantizeLinear and of a convolution.</summary>
    private static float[] Reference(IReadOnlyDictionary<string, float[]> numbers, float[] input, ByteRange[] ranges)
    {
        var head = Convolve(input, 3, Side, numbers["head.weight"], numbers["head.bias"]);
        byte[] entering = [.. head.Select(value => Quantize(value / ranges[0].Scale, ranges[0]))];
        var first = InBytes(entering, 4, Side, numbers["first.weight"], numbers["first.bias"], ranges[0], ranges[1]);
        var second = InBytes(first, 4, Side, numbers["second.weight"], numbers["second.bias"], ranges[1], ranges[2]);
        var large = new float[4 * 4 * Side * Side];
        for (var i = 0; i < large.Length; i++)
        {
            // Channel c of the shuffled map holds channels 4c to 4c + 3, row by row of each square of two.
            var (c, y, x) = (i / (4 * Side * Side), i / (2 * Side) % (2 * Side), i % (2 * Side));
            var from = ((4 * c + 2 * (y % 2) + x % 2) * Side + y / 2) * Side + x / 2;
            large[i] = ranges[2].Scale * (second[from] - ranges[2].ZeroPoint);
        }

        return Convolve(large, 4, 2 * Side, numbers["tail.weight"], numbers["tail.bias"]);
    }

    private static byte[] InBytes(byte[] input, int channels, int side, float[] weights, float[] bias, ByteRange from, ByteRange to)
    {
        var made = new byte[bias.Length * side * side];
        var count = channels * 9;
        for (var c = 0; c < bias.Length; c++)
        {
            var largest = weights.Skip(c * count).Take(count).Max(Math.Abs);
            // A channel of zeros is its bias alone, in steps as fine as one likes.
            var scale = largest > 0 ? largest / 127 : 1e-8f;
            float[] steps = [.. weights.Skip(c * count).Take(count).Select(weight => MathF.Round(weight / scale))];
            var sums = Convolve([.. input.Select(value => (float)(value - from.ZeroPoint))], channels, side, steps, [0]);
            for (var i = 0; i < side * side; i++)
            {
                made[c * side * side + i] = Quantize((sums[i] + MathF.Round(bias[c] / (scale * from.Scale))) * (scale * from.Scale / to.Scale), to);
            }
        }

        return made;
    }

    private static byte Quantize(float steps, ByteRange range) => (byte)Math.Clamp(MathF.Round(steps) + range.ZeroPoint, 0, 255);

    /// <summary>3x3 with zeros around.</summary>
    private static float[] Convolve(float[] input, int channels, int side, float[] weights, float[] bias)
    {
        var made = new float[bias.Length * side * side];
        for (var i = 0; i < made.Length; i++)
        {
            var (c, y, x) = (i / (side * side), i / side % side, i % side);
            var sum = (double)bias[c];
            for (var k = 0; k < channels * 9; k++)
            {
                var (from, row, column) = (k / 9, y + k / 3 % 3 - 1, x + k % 3 - 1);
                sum += row >= 0 && row < side && column >= 0 && column < side ? (double)weights[c * channels * 9 + k] * input[(from * side + row) * side + column] : 0;
            }

            made[i] = (float)sum;
        }

        return made;
    }

    /// <summary>Four convolutions, of which two are between the first and the last.</summary>
    private sealed class Small : Block
    {
        private readonly Conv2d head = new(3, 4, 3, padding: 1);
        private readonly Conv2d first = new(4, 4, 3, padding: 1);
        private readonly Conv2d second = new(4, 16, 3, padding: 1);
        private readonly Conv2d tail = new(4, 3, 3, padding: 1);

        public override FeatureMap Forward(FeatureMap x) => tail.Forward(second.Forward(first.Forward(head.Forward(x)).Relu()).PixelShuffle(2));
    }
}
