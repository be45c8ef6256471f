using System.Text;

namespace Revisage.Training.Onnx;

/// <summary>
/// Writes a recording as an ONNX file: opset 17, IR version 8. Field numbers are those of onnx.proto; the same
/// recording always gives the same bytes.
/// </summary>
internal static class OnnxWriter
{
    private const int IrVersion = 8;
    private const int Opset = 17;

    public static byte[] Write(OnnxRecording graph, IReadOnlyDictionary<string, string> metadata) =>
        new ProtoMessage()
            .Integer(1, IrVersion)
            .Text(2, "revisage")
            .Nested(7, Graph(graph))
            .Nested(8, new ProtoMessage().Text(1, "").Integer(2, Opset))
            .Each(metadata.OrderBy(pair => pair.Key, StringComparer.Ordinal), (model, pair) =>
                model.Nested(14, new ProtoMessage().Text(1, pair.Key).Text(2, pair.Value)))
            .Written.ToArray();

    private static ProtoMessage Graph(OnnxRecording graph) =>
        new ProtoMessage()
            .Each(graph.Nodes, (message, node) => message.Nested(1, Node(node)))
            .Text(2, graph.Name)
            .Each(graph.Initializers, (message, tensor) => message.Nested(5, Tensor(tensor)))
            .Each(graph.Inputs, (message, input) => message.Nested(11, Value(input, graph.AnySize)))
            .Each(graph.Outputs, (message, output) => message.Nested(12, Value(output, graph.AnySize)));

    private static ProtoMessage Node(OnnxNode node) =>
        new ProtoMessage()
            .Each(node.Inputs, (message, input) => message.Text(1, input))
            .Text(2, node.Output)
            .Text(3, node.Name)
            .Text(4, node.Operator)
            .Each(node.Attributes, (message, attribute) => message.Nested(5, Attribute(attribute)));

    private static ProtoMessage Attribute(OnnxAttribute attribute)
    {
        var message = new ProtoMessage().Text(1, attribute.Name);
        return attribute.Value switch
        {
            float number => message.Single(2, number).Integer(20, 1),
            int number => message.Integer(3, number).Integer(20, 2),
            string text => message.Bytes(4, Encoding.UTF8.GetBytes(text)).Integer(20, 3),
            int[] numbers => message.Each(numbers, (m, number) => m.Integer(8, number)).Integer(20, 7),
            var other => throw new NotSupportedException($"Attribute '{attribute.Name}' is a {other.GetType().Name}."),
        };
    }

    private static ProtoMessage Tensor(OnnxTensor tensor) =>
        new ProtoMessage()
            .Each(tensor.Shape, (message, extent) => message.Integer(1, extent))
            .Integer(2, (int)tensor.Type)
            .Text(8, tensor.Name)
            .Bytes(9, tensor.Data);

    private static ProtoMessage Value(OnnxValue value, bool anySize)
    {
        // Each free extent has a name of its own: which are equal is not known.
        ProtoMessage Extent(int axis, int extent) => anySize && value.Shape.Count == 3 && axis > 0
            ? new ProtoMessage().Text(2, $"{value.Name}_{(axis == 1 ? "height" : "width")}")
            : new ProtoMessage().Integer(1, extent);

        var shape = new ProtoMessage()
            .Nested(1, new ProtoMessage().Text(2, "batch"))
            .Each(value.Shape.Index(), (message, axis) => message.Nested(1, Extent(axis.Index, axis.Item)));
        var tensorType = new ProtoMessage().Integer(1, (int)OnnxType.Float).Nested(2, shape);
        return new ProtoMessage().Text(1, value.Name).Nested(2, new ProtoMessage().Nested(1, tensorType));
    }
}
