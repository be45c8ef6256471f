using System.Buffers.Binary;

namespace Revisage.Training.Runs;

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
        Append(new ProtoMessage().Double(1, Now()).Text(3, "brain.Event:2"));
    }

    public void Scalar(string tag, double value, long step) =>
        Append(Event(step).Nested(5, new ProtoMessage().Nested(1, new ProtoMessage().Text(1, tag).Single(2, (float)value))));

    /// <param name="png">The picture's file, as it is.</param>
    public void Picture(string tag, byte[] png, int width, int height, long step) =>
        Append(Event(step).Nested(5, new ProtoMessage().Nested(1, new ProtoMessage()
            .Text(1, tag)
            .Nested(4, new ProtoMessage().Integer(1, height).Integer(2, width).Integer(3, 3).Bytes(4, png)))));

    public void Dispose() => stream.Dispose();

    private static ProtoMessage Event(long step) => new ProtoMessage().Double(1, Now()).Integer(2, step);

    private static double Now() => DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() / 1000.0;

    /// <exception cref="RevisageException">The disk is full, or the folder has gone.</exception>
    private void Append(ProtoMessage message)
    {
        try
        {
            WriteFrame(message);
        }
        catch (IOException e)
        {
            throw new RevisageException($"Cannot write '{stream.Name}': {e.Message} The last checkpoint is whole; free some space and resume.", e);
        }
    }

    private void WriteFrame(ProtoMessage message)
    {
        var data = message.Written;
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
}
