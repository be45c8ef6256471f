using System.Runtime.InteropServices;

namespace Revisage.Training.Onnx.Int8;

/// <summary>
/// A recording whose convolutions, all but the first and the last, compute in 8-bit integers: QuantizeLinear and DequantizeLinear stand
/// around them ("static QDQ"), which ONNX Runtime joins with them. What other operators read stays in floats wherever no
/// convolution in bytes made it, so that the sums of residual blocks are not rounded from block to block.
/// </summary>
internal sealed class Int8Graph
{
    private const string MovesValuesOnly = "DepthToSpace";

    private readonly OnnxRecording full;
    private readonly HashSet<OnnxNode> chosen;
    private readonly Dictionary<string, OnnxNode> makers;
    private readonly Dictionary<string, OnnxTensor> numbers;
    private readonly List<string> observed = [];
    // What leaves a chosen convolution, and is in floats nowhere.
    private readonly HashSet<string> made = [];

    /// <exception cref="RevisageException">It has no convolution between a first and a last.</exception>
    public Int8Graph(OnnxRecording recording)
    {
        full = recording;
        OnnxNode[] convolutions = [.. recording.Nodes.Where(node => node.Operator == "Conv")];
        chosen = convolutions.Length > 2 ? [.. convolutions[1..^1]] : throw new RevisageException(
            $"{recording.Name} has {convolutions.Length} convolutions, and the first and the last stay in floats, so there is nothing to bring to 8 bits. Leave out --int8.");
        makers = recording.Nodes.ToDictionary(node => node.Output);
        numbers = recording.Initializers.ToDictionary(tensor => tensor.Name);
        var readers = recording.Nodes.SelectMany(node => node.Inputs.Select(input => (input, node))).ToLookup(pair => pair.input, pair => pair.node);
        foreach (var node in recording.Nodes.Where(chosen.Contains))
        {
            Observe(Origin(node.Inputs[0]));
            // A ReLU is what clipping to bytes does.
            var left = readers[node.Output].ToArray() is [{ Operator: "Relu" } relu] ? relu.Output : node.Output;
            made.Add(left);
            Observe(left);
        }

        void Observe(string value)
        {
            if (!observed.Contains(value))
            {
                observed.Add(value);
            }
        }
    }

    /// <summary>The values whose ranges are wanted, in the order of their use.</summary>
    public IReadOnlyList<string> Observed => observed;

    /// <summary>How many convolutions compute in 8 bits.</summary>
    public int Convolutions => chosen.Count;

    /// <summary>An observed value's output in <see cref="Observing"/>.</summary>
    public static string OutputOf(string value) => $"{value}.observed";

    /// <summary>The recording as it is, with the observed values as outputs besides.</summary>
    /// <param name="shapes">Of values by name, without N.</param>
    public OnnxRecording Observing(IReadOnlyDictionary<string, IReadOnlyList<int>> shapes) => full with
    {
        Nodes = [.. full.Nodes, .. observed.Select(value => new OnnxNode(OutputOf(value), "Identity", [value], OutputOf(value), []))],
        Outputs = [.. full.Outputs, .. observed.Select(value => new OnnxValue(OutputOf(value), shapes[value]))],
    };

    /// <summary>The recording in 8 bits.</summary>
    /// <param name="ranges">Of every observed value.</param>
    public OnnxRecording Quantized(IReadOnlyDictionary<string, ByteRange> ranges) => new Writing(this, ranges).Write();

    /// <summary>Where a value comes from that was only moved since.</summary>
    private string Origin(string value) => makers.TryGetValue(value, out var maker) && maker.Operator == MovesValuesOnly ? Origin(maker.Inputs[0]) : value;

    private sealed class Writing(Int8Graph graph, IReadOnlyDictionary<string, ByteRange> ranges)
    {
        private readonly List<OnnxNode> nodes = [];
        private readonly OrderedDictionary<string, OnnxTensor> constants = [];
        private readonly HashSet<string> bytes = [];
        private readonly HashSet<string> floats = [];

        public OnnxRecording Write()
        {
            foreach (var input in graph.full.Inputs)
            {
                Finish(input.Name);
            }

            foreach (var node in graph.full.Nodes)
            {
                if (node.Operator == MovesValuesOnly && bytes.Contains(node.Inputs[0]))
                {
                    nodes.Add(node with { Inputs = [Bytes(node.Inputs[0])], Output = Bytes(node.Output) });
                    bytes.Add(node.Output);
                    continue;
                }

                nodes.Add(graph.chosen.Contains(node) ? Convolution(node) : node with { Inputs = [.. node.Inputs.Select(Read)] });
                Finish(node.Output);
            }

            var used = nodes.SelectMany(node => node.Inputs).ToHashSet();
            return graph.full with { Nodes = nodes, Initializers = [.. graph.full.Initializers.Where(tensor => used.Contains(tensor.Name)), .. constants.Values] };
        }

        private static string Bytes(string value) => $"{value}.bytes";

        /// <summary>What other operators read: the value itself where it is there in floats.</summary>
        private string Read(string value) => bytes.Contains(value) && (graph.made.Contains(value) || graph.Origin(value) != value) ? Floats(value) : value;

        private void Finish(string value)
        {
            if (ranges.ContainsKey(value))
            {
                nodes.Add(new OnnxNode(Bytes(value), "QuantizeLinear", [value, .. Parameters(value)], Bytes(value), []));
                bytes.Add(value);
            }
        }

        /// <summary>The value as its bytes stand for it.</summary>
        private string Floats(string value)
        {
            var name = $"{value}.rounded";
            if (floats.Add(value))
            {
                nodes.Add(new OnnxNode(name, "DequantizeLinear", [Bytes(value), .. Parameters(graph.Origin(value))], name, []));
            }

            return name;
        }

        private string[] Parameters(string value) =>
        [
            Constant($"{value}.scale", OnnxType.Float, [], [ranges[value].Scale]),
            Constant<byte>($"{value}.zero_point", OnnxType.UInt8, [], [ranges[value].ZeroPoint]),
        ];

        private OnnxNode Convolution(OnnxNode node)
        {
            var (weight, bias) = (graph.numbers[node.Inputs[1]], node.Inputs.Count > 2 ? graph.numbers[node.Inputs[2]] : null);
            var channels = weight.Shape[0];
            var own = Int8Weights.Of(
                MemoryMarshal.Cast<byte, float>(weight.Data), channels, bias is null ? [] : MemoryMarshal.Cast<byte, float>(bias.Data), ranges[graph.Origin(node.Inputs[0])].Scale);
            // Named after the convolution: another that shares the weight may see an activation of another scale.
            List<string> inputs =
            [
                Floats(node.Inputs[0]),
                Dequantized($"{node.Name}.weight", OnnxType.Int8, weight.Shape, own.Values, own.Scales),
            ];
            if (bias is not null)
            {
                inputs.Add(Dequantized($"{node.Name}.bias", OnnxType.Int32, bias.Shape, own.Bias, own.BiasScales));
            }

            return node with { Inputs = inputs };
        }

        private string Dequantized<T>(string name, OnnxType type, IReadOnlyList<int> shape, T[] values, float[] scales)
            where T : unmanaged
        {
            var output = $"{name}.rounded";
            nodes.Add(new OnnxNode(
                output, "DequantizeLinear",
                [
                    Constant(Bytes(name), type, shape, values),
                    Constant($"{name}.scales", OnnxType.Float, [scales.Length], scales),
                    // Symmetric; the format wants the zeros of the values' own type.
                    Constant($"{name}.zero_points", type, [scales.Length], new T[scales.Length]),
                ],
                output, [("axis", 0)]));
            return output;
        }

        private string Constant<T>(string name, OnnxType type, IReadOnlyList<int> shape, T[] values)
            where T : unmanaged
        {
            constants.TryAdd(name, new OnnxTensor(name, type, shape, MemoryMarshal.AsBytes(values.AsSpan()).ToArray()));
            return name;
        }
    }
}
