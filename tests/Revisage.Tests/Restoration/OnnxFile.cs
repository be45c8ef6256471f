using System.Buffers.Binary;
using System.Text;

namespace Revisage.Tests.Restoration;

/// <summary>Small .onnx files in protobuf's wire format, field numbers from onnx.proto; enough to try a runtime with.</summary>
internal sealed class OnnxFile
{
    private const int Float = 1;
    private const int Int64 = 7;

    private readonly List<(int Field, byte[] Part)> graph = [];
    private readonly List<byte[]> metadata = [];

    /// <param name="shape">Whole numbers, and names of free extents.</param>
    public OnnxFile Input(string name, params object[] shape)
    {
        graph.Add((11, ValueInfo(name, Float, shape)));
        return this;
    }

    public OnnxFile WholeNumberInput(string name, params object[] shape)
    {
        graph.Add((11, ValueInfo(name, Int64, shape)));
        return this;
    }

    public OnnxFile Output(string name, params object[] shape)
    {
        graph.Add((12, ValueInfo(name, Float, shape)));
        return this;
    }

    public OnnxFile Weight(string name, float[] values, params int[] shape)
    {
        graph.Add((5, Message(tensor =>
        {
            foreach (var extent in shape)
            {
                Number(tensor, 1, extent);
            }

            Number(tensor, 2, Float);
            Text(tensor, 8, name);
            var raw = new byte[4 * values.Length];
            for (var i = 0; i < values.Length; i++)
            {
                BinaryPrimitives.WriteSingleLittleEndian(raw.AsSpan(4 * i), values[i]);
            }

            Bytes(tensor, 9, raw);
        })));
        return this;
    }

    /// <param name="attributes">Each a whole number, a list of them, or a text.</param>
    public OnnxFile Node(string op, string[] inputs, string output, params (string Name, object Value)[] attributes)
    {
        graph.Add((1, Message(node =>
        {
            foreach (var input in inputs)
            {
                Text(node, 1, input);
            }

            Text(node, 2, output);
            Text(node, 4, op);
            foreach (var (name, value) in attributes)
            {
                Bytes(node, 5, Message(attribute =>
                {
                    Text(attribute, 1, name);
                    switch (value)
                    {
                        case int number:
                            Number(attribute, 3, number);
                            Number(attribute, 20, 2);
                            break;
                        case string text:
                            Text(attribute, 4, text);
                            Number(attribute, 20, 3);
                            break;
                        case int[] numbers:
                            foreach (var number in numbers)
                            {
                                Number(attribute, 8, number);
                            }

                            Number(attribute, 20, 7);
                            break;
                    }
                }));
            }
        })));
        return this;
    }

    public OnnxFile Metadata(string key, string value)
    {
        metadata.Add(Message(entry =>
        {
            Text(entry, 1, key);
            Text(entry, 2, value);
        }));
        return this;
    }

    public byte[] ToArray() => Message(model =>
    {
        Number(model, 1, 8);
        Bytes(model, 7, Message(to =>
        {
            Text(to, 2, "test");
            foreach (var (field, part) in graph)
            {
                Bytes(to, field, part);
            }
        }));
        Bytes(model, 8, Message(opset => Number(opset, 2, 17)));
        foreach (var entry in metadata)
        {
            Bytes(model, 14, entry);
        }
    });

    private static byte[] ValueInfo(string name, int element, object[] shape) => Message(info =>
    {
        Text(info, 1, name);
        Bytes(info, 2, Message(type => Bytes(type, 1, Message(tensor =>
        {
            Number(tensor, 1, element);
            Bytes(tensor, 2, Message(extents =>
            {
                foreach (var extent in shape)
                {
                    Bytes(extents, 1, Message(dimension =>
                    {
                        if (extent is int number)
                        {
                            Number(dimension, 1, number);
                        }
                        else
                        {
                            Text(dimension, 2, (string)extent);
                        }
                    }));
                }
            }));
        }))));
    });

    private static byte[] Message(Action<MemoryStream> write)
    {
        using var message = new MemoryStream();
        write(message);
        return message.ToArray();
    }

    private static void Text(Stream to, int field, string text) => Bytes(to, field, Encoding.UTF8.GetBytes(text));

    private static void Bytes(Stream to, int field, ReadOnlySpan<byte> bytes)
    {
        Varint(to, (ulong)field << 3 | 2);
        Varint(to, (ulong)bytes.Length);
        to.Write(bytes);
    }

    private static void Number(Stream to, int field, long value)
    {
        Varint(to, (ulong)field << 3);
        Varint(to, (ulong)value);
    }

    private static void Varint(Stream to, ulong value)
    {
        for (; value > 0x7f; value >>= 7)
        {
            to.WriteByte((byte)(value | 0x80));
        }

        to.WriteByte((byte)value);
    }
}
