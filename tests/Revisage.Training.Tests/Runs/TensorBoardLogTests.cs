using System.Buffers.Binary;
using System.Text;
using Revisage.Training.Runs;

namespace Revisage.Training.Tests.Runs;

/// <summary>Reads the files as TensorBoard does: TFRecord frames by their checksums, events by event.proto's field numbers.</summary>
public sealed class TensorBoardLogTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("revisage-events-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void This_tests_checksum_is_CRC_32C() => Crc("123456789"u8).ShouldBe(0xE3069283u);

    [Fact]
    public void A_file_begins_with_its_version()
    {
        using (new TensorBoardLog(folder))
        {
        }

        var first = Records().ShouldHaveSingleItem();
        Text(first, 3).ShouldBe("brain.Event:2");
        Math.Abs((DateTimeOffset.UtcNow - DateTimeOffset.FromUnixTimeMilliseconds((long)(BitConverter.ToDouble(first[1]) * 1000))).TotalMinutes).ShouldBeLessThan(10);
        Path.GetFileName(Directory.GetFiles(folder).Single()).ShouldMatch(@"^events\.out\.tfevents\.\d{10}\.");
    }

    [Fact]
    public void A_scalar_has_its_tag_value_and_step()
    {
        using (var log = new TensorBoardLog(folder))
        {
            log.Scalar("loss/pixel", 0.125, 300);
        }

        var record = Records()[1];
        var value = Fields(Fields(record[5])[1]);
        BitConverter.ToInt64(record[2]).ShouldBe(300);
        Text(value, 1).ShouldBe("loss/pixel");
        BitConverter.ToSingle(value[2]).ShouldBe(0.125f);
    }

    [Fact]
    public void A_picture_has_its_size_and_bytes()
    {
        byte[] png = [.. Enumerable.Range(0, 1000).Select(i => (byte)i)];
        using (var log = new TensorBoardLog(folder))
        {
            log.Picture("faces", png, 40, 30, 2);
        }

        var value = Fields(Fields(Records()[1][5])[1]);
        var image = Fields(value[4]);
        Text(value, 1).ShouldBe("faces");
        (BitConverter.ToInt64(image[1]), BitConverter.ToInt64(image[2]), BitConverter.ToInt64(image[3])).ShouldBe((30, 40, 3));
        image[4].ShouldBe(png);
    }

    [Fact]
    public void What_is_logged_can_be_read_while_the_run_goes_on_and_a_second_run_has_its_own_file()
    {
        using var first = new TensorBoardLog(folder);
        using var second = new TensorBoardLog(folder);
        second.Scalar("a", 1, 1);

        Directory.GetFiles(folder).Length.ShouldBe(2);
        Records().Length.ShouldBe(3);
    }

    private Dictionary<int, byte[]>[] Records() => [.. Directory.GetFiles(folder).Order().SelectMany(path =>
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var file = new byte[stream.Length];
        stream.ReadExactly(file);
        return Frames(file).ToArray();
    })];

    private static IEnumerable<Dictionary<int, byte[]>> Frames(byte[] file)
    {
        for (var at = 0; at < file.Length;)
        {
            var length = (int)BinaryPrimitives.ReadUInt64LittleEndian(file.AsSpan(at));
            Unmasked(file, at + 8).ShouldBe(Crc(file.AsSpan(at, 8)));
            Unmasked(file, at + 12 + length).ShouldBe(Crc(file.AsSpan(at + 12, length)));
            yield return Fields(file[(at + 12)..(at + 12 + length)]);
            at += 16 + length;
        }
    }

    private static uint Unmasked(byte[] file, int at)
    {
        var masked = BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(at)) - 0xA282EAD8;
        return (masked << 15) | (masked >> 17);
    }

    // Bit by bit, with the reversed Castagnoli polynomial.
    private static uint Crc(ReadOnlySpan<byte> data)
    {
        var crc = uint.MaxValue;
        foreach (var b in data)
        {
            crc ^= b;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) != 0 ? (crc >> 1) ^ 0x82F63B78 : crc >> 1;
            }
        }

        return ~crc;
    }

    /// <summary>The last value of each field; integers as eight bytes.</summary>
    private static Dictionary<int, byte[]> Fields(byte[] message)
    {
        var fields = new Dictionary<int, byte[]>();
        for (var at = 0; at < message.Length;)
        {
            var key = Varint(message, ref at);
            var value = (key & 7) switch
            {
                0 => BitConverter.GetBytes(Varint(message, ref at)),
                1 => message[at..(at += 8)],
                2 => Block((int)Varint(message, ref at)),
                5 => message[at..(at += 4)],
                var type => throw new InvalidDataException($"Wire type {type}."),
            };
            fields[(int)(key >> 3)] = value;

            byte[] Block(int length) => message[at..(at += length)];
        }

        return fields;
    }

    private static ulong Varint(byte[] message, ref int at)
    {
        var value = 0ul;
        for (var shift = 0; ; shift += 7)
        {
            var b = message[at++];
            value |= (ulong)(b & 0x7F) << shift;
            if (b < 0x80)
            {
                return value;
            }
        }
    }

    private static string Text(Dictionary<int, byte[]> fields, int field) => Encoding.UTF8.GetString(fields[field]);
}
