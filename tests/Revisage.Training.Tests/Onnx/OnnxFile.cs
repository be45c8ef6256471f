using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace Revisage.Training.Tests.Onnx;

/// <summary>Reads of an ONNX file what tests ask about, by the field numbers of onnx.proto and knowing nothing of the writer.</summary>
internal sealed class OnnxFile
{
    private readonly Message model;
    private readonly Message graph;

    public OnnxFile(byte[] bytes)
    {
        model = new Message(bytes);
        graph = model.Nested(7).Single();
    }

    public long IrVersion => model.Integer(1);

    public long Opset => model.Nested(8).Single().Integer(2);

    public string Name => graph.Text(2);

    public IReadOnlyDictionary<string, string> Metadata => model.Nested(14).ToDictionary(pair => pair.Text(1), pair => pair.Text(2));

    /// <summary>Such as "lr batch,3,16,16".</summary>
    public IEnumerable<string> Inputs => graph.Nested(11).Select(Value);

    public IEnumerable<string> Outputs => graph.Nested(12).Select(Value);

    public IEnumerable<OnnxFileNode> Nodes => graph.Nested(1).Select(node => new OnnxFileNode(
        node.Text(3), node.Text(4), [.. node.Texts(1)], node.Text(2), node.Nested(5).ToDictionary(attribute => attribute.Text(1), Attribute)));

    public IReadOnlyDictionary<string, OnnxFileTensor> Initializers => graph.Nested(5).ToDictionary(tensor => tensor.Text(8), tensor =>
        new OnnxFileTensor([.. tensor.Integers(1)], tensor.Integer(2), tensor.Bytes(9).Single()));

    private static string Value(Message value)
    {
        var tensor = value.Nested(2).Single().Nested(1).Single();
        tensor.Integer(1).ShouldBe(1, "an element type other than float");
        var dims = tensor.Nested(2).Single().Nested(1).Select(dim => dim.Texts(2).SingleOrDefault() ?? $"{dim.Integer(1)}");
        return $"{value.Text(1)} {string.Join(',', dims)}";
    }

    private static object Attribute(Message attribute) => attribute.Integer(20) switch
    {
        1 => attribute.Single(2),
        2 => attribute.Integer(3),
        3 => attribute.Text(4),
        7 => attribute.Integers(8).ToArray(),
        var type => throw new InvalidDataException($"Attribute type {type}."),
    };

    private sealed class Message
    {
        private readonly List<(int Field, ulong Number, byte[] Bytes)> fields = [];

        public Message(byte[] bytes)
        {
            for (var at = 0; at < bytes.Length;)
            {
                var key = Varint(bytes, ref at);
                var (field, type) = ((int)(key >> 3), key & 7);
                switch (type)
                {
                    case 0:
                        fields.Add((field, Varint(bytes, ref at), []));
                        break;
                    case 2:
                        var length = (int)Varint(bytes, ref at);
                        fields.Add((field, 0, bytes[at..(at + length)]));
                        at += length;
                        break;
                    case 5:
                        fields.Add((field, BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at)), []));
                        at += 4;
                        break;
                    default:
                        throw new InvalidDataException($"Wire type {type} at {at}.");
                }
            }
        }

        public IEnumerable<long> Integers(int field) => fields.Where(f => f.Field == field).Select(f => (long)f.Number);

        public long Integer(int field) => Integers(field).Single();

        public float Single(int field) => BitConverter.UInt32BitsToSingle((uint)Integer(field));

        public IEnumerable<byte[]> Bytes(int field) => fields.Where(f => f.Field == field).Select(f => f.Bytes);

        public IEnumerable<string> Texts(int field) => Bytes(field).Select(Encoding.UTF8.GetString);

        public string Text(int field) => Texts(field).Single();

        public IEnumerable<Message> Nested(int field) => Bytes(field).Select(bytes => new Message(bytes));

        private static ulong Varint(byte[] bytes, ref int at)
        {
            var value = 0ul;
            for (var shift = 0; ; shift += 7)
            {
                var b = bytes[at++];
                value |= (ulong)(b & 0x7F) << shift;
                if (b < 0x80)
                {
                    return value;
                }
            }
        }
    }
}

internal sealed record OnnxFileNode(string Name, string Operator, string[] Inputs, string Output, IReadOnlyDictionary<string, object> Attributes);

/// <param name="Type">1 for float, 7 for 64-bit integers.</param>
internal sealed record OnnxFileTensor(long[] Shape, long Type, byte[] Data)
{
    public float[] Floats => MemoryMarshal.Cast<byte, float>(Data).ToArray();

    public long[] Integers => MemoryMarshal.Cast<byte, long>(Data).ToArray();
}
