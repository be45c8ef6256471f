using System.Buffers.Binary;
using System.Text;

namespace Revisage.Training.Training;

/// <summary>
/// TensorBoard's event files: TFRecord frames (length, masked CRC-32C, data, masked CRC-32C) around Event
/// protocol buffers, appended and flushed one by one.
/// </summary>
public sealed class TensorBoardLog : IDisposable
{
    private readonly FileStream stream;

    /// <summary>Opens a new file in <paramref name="folder"/>; TensorBoard joins the files of a resumed run.</summary>
    public TensorBoardLog(string folder)
    {
        Directory.CreateDirectory(folder);
        var now = DateTimeOffset.UtcNow;
        var name = $"events.out.tfevents.{now.ToUnixTimeSeconds():D10}.{Environment.MachineName}.{Environment.ProcessId}.{now.Ticks % 10_000_000}";
        stream = new FileStream(Path.Combine(folder, name), FileMode.CreateNew, FileAccess.Write, FileShare.Read);
        Append(new ProtoWriter().Double(1, Now()).Text(3, "brain.Event:2"));
    }

    public void Scalar(string tag, double value, long step) =>
        Append(Event(step).Message(5, new ProtoWriter().Message(1, new ProtoWriter().Text(1, tag).Float(2, (float)value))));

    /// <param name="png">The picture's file, as it is.</param>
    public void Picture(string tag, byte[] png, int width, int height, long step) =>
        Append(Event(step).Message(5, new ProtoWriter().Message(1, new ProtoWriter()
            .Text(1, tag)
            .Message(4, new ProtoWriter().Varint(1, height).Varint(2, width).Varint(3, 3).Bytes(4, png)))));

    public void Dispose() => stream.Dispose();

    private static ProtoWriter Event(long step) => new ProtoWriter().Double(1, Now()).Varint(2, step);

    private static double Now() => DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() / 1000.0;

    private void Append(ProtoWriter message)
    {
        var data = message.ToArray();
        Span<byte> frame = stackalloc byte[12];
        BinaryPrimitives.WriteInt64LittleEndian(frame, data.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(frame[8..], MaskedCrc(frame[..8]));
        stream.Write(frame);
        stream.Write(data);
        BinaryPrimitives.WriteUInt32LittleEndian(frame, MaskedCrc(data));
        stream.Write(frame[..4]);
        stream.Flush();
    }

    // TFRecord's masking keeps a CRC of data that holds CRCs from cancelling out.
    private static uint MaskedCrc(ReadOnlySpan<byte> data)
    {
        var crc = uint.MaxValue;
        foreach (var b in data)
        {
            crc = System.Numerics.BitOperations.Crc32C(crc, b);
        }

        crc = ~crc;
        return ((crc >> 15) | (crc << 17)) + 0xA282EAD8;
    }

    /// <summary>The few wire types that Event needs.</summary>
    private sealed class ProtoWriter
    {
        private readonly MemoryStream bytes = new();

        public byte[] ToArray() => bytes.ToArray();

        public ProtoWriter Varint(int field, long value)
        {
            Raw((ulong)(field << 3));
            Raw((ulong)value);
            return this;
        }

        public ProtoWriter Double(int field, double value)
        {
            Raw((ulong)(field << 3 | 1));
            bytes.Write(BitConverter.GetBytes(value));
            return this;
        }

        public ProtoWriter Float(int field, float value)
        {
            Raw((ulong)(field << 3 | 5));
            bytes.Write(BitConverter.GetBytes(value));
            return this;
        }

        public ProtoWriter Text(int field, string value) => Bytes(field, Encoding.UTF8.GetBytes(value));

        public ProtoWriter Message(int field, ProtoWriter message) => Bytes(field, message.ToArray());

        public ProtoWriter Bytes(int field, byte[] value)
        {
            Raw((ulong)(field << 3 | 2));
            Raw((ulong)value.Length);
            bytes.Write(value);
            return this;
        }

        private void Raw(ulong value)
        {
            for (; value > 0x7F; value >>= 7)
            {
                bytes.WriteByte((byte)(value | 0x80));
            }

            bytes.WriteByte((byte)value);
        }
    }
}
