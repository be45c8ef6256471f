using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Revisage.Training;

/// <summary>
/// One message in Protocol Buffers' wire format (protobuf.dev, "Encoding"): fields by number, in the order they
/// are written. Repeated fields are written once for each value, as proto2 has them.
/// </summary>
internal sealed class ProtoMessage
{
    private const int VarintType = 0;
    private const int DoubleType = 1;
    private const int BytesType = 2;
    private const int SingleType = 5;

    private readonly ArrayBufferWriter<byte> buffer = new();

    public ReadOnlySpan<byte> Written => buffer.WrittenSpan;

    public ProtoMessage Integer(int field, long value)
    {
        Varint((ulong)(field << 3 | VarintType));
        Varint((ulong)value);
        return this;
    }

    public ProtoMessage Single(int field, float value)
    {
        Varint((ulong)(field << 3 | SingleType));
        BinaryPrimitives.WriteSingleLittleEndian(buffer.GetSpan(sizeof(float)), value);
        buffer.Advance(sizeof(float));
        return this;
    }

    public ProtoMessage Double(int field, double value)
    {
        Varint((ulong)(field << 3 | DoubleType));
        BinaryPrimitives.WriteDoubleLittleEndian(buffer.GetSpan(sizeof(double)), value);
        buffer.Advance(sizeof(double));
        return this;
    }

    public ProtoMessage Bytes(int field, ReadOnlySpan<byte> value)
    {
        Varint((ulong)(field << 3 | BytesType));
        Varint((ulong)value.Length);
        buffer.Write(value);
        return this;
    }

    public ProtoMessage Text(int field, string value) => Bytes(field, Encoding.UTF8.GetBytes(value));

    public ProtoMessage Nested(int field, ProtoMessage value) => Bytes(field, value.Written);

    /// <summary>Writes a repeated field.</summary>
    public ProtoMessage Each<T>(IEnumerable<T> values, Action<ProtoMessage, T> write)
    {
        foreach (var value in values)
        {
            write(this, value);
        }

        return this;
    }

    private void Varint(ulong value)
    {
        for (; value >= 0x80; value >>= 7)
        {
            buffer.GetSpan(1)[0] = (byte)(value | 0x80);
            buffer.Advance(1);
        }

        buffer.GetSpan(1)[0] = (byte)value;
        buffer.Advance(1);
    }
}
