using System.Text;

namespace Revisage.Training.Tests.Import;

/// <summary>Writes checkpoints of TensorFlow's version 2 by the format's description, knowing nothing of the reader.</summary>
internal sealed class BundleFile
{
    private readonly SortedDictionary<string, byte[]> entries = new(StringComparer.Ordinal);
    private readonly List<byte> data = [];

    public BundleFile() => entries[""] = Message((1, 1UL), (3, Message((1, 1UL))));

    /// <summary>Adds a tensor, with every number that its entry holds, or other ones.</summary>
    public BundleFile Add(string name, int type, long[] shape, byte[] bytes, long? offset = null, long? size = null, uint? checksum = null, int shard = 0)
    {
        var dimensions = Message([.. shape.Select(extent => (2, (object)Message((1, (ulong)extent))))]);
        entries[name] = Message((1, (ulong)type), (2, dimensions), (3, (ulong)shard), (4, (ulong)(offset ?? data.Count)), (5, (ulong)(size ?? bytes.Length)), (6, checksum ?? Checksum(bytes)));
        data.AddRange(bytes);
        return this;
    }

    public BundleFile Entry(string name, params (int Field, object Value)[] fields)
    {
        entries[name] = Message(fields);
        return this;
    }

    public void Write(string prefix, byte compression = 0)
    {
        using var index = new MemoryStream();
        var places = new List<(string Last, byte[] Handle)>();
        // Three entries a block, so that there are several.
        foreach (var block in entries.Chunk(3))
        {
            places.Add((block[^1].Key, Block(index, [.. block.Select(entry => (entry.Key, entry.Value))], compression)));
        }

        var meta = Block(index, [], compression);
        var blocks = Block(index, [.. places.Select(place => (place.Last, place.Handle))], compression);
        byte[] footer = [.. meta, .. blocks];
        index.Write([.. footer, .. new byte[40 - footer.Length], .. BitConverter.GetBytes(0xdb4775248b80fb57)]);
        File.WriteAllBytes(prefix + ".index", index.ToArray());
        File.WriteAllBytes(prefix + ".data-00000-of-00001", [.. data]);
    }

    public static byte[] Message(params (int Field, object Value)[] fields)
    {
        var message = new List<byte>();
        foreach (var (field, value) in fields)
        {
            switch (value)
            {
                case ulong number:
                    message.AddRange([.. Varint((ulong)field << 3), .. Varint(number)]);
                    break;
                case uint number:
                    message.AddRange([.. Varint((ulong)field << 3 | 5), .. BitConverter.GetBytes(number)]);
                    break;
                case byte[] bytes:
                    message.AddRange([.. Varint((ulong)field << 3 | 2), .. Varint((ulong)bytes.Length), .. bytes]);
                    break;
            }
        }

        return [.. message];
    }

    // Keys in full at every second entry (a restart); the others say how much they share with the one before.
    private static byte[] Block(MemoryStream file, (string Key, byte[] Value)[] entries, byte compression)
    {
        var block = new List<byte>();
        var restarts = new List<byte>();
        byte[] last = [];
        for (var i = 0; i < entries.Length; i++)
        {
            var key = Encoding.UTF8.GetBytes(entries[i].Key);
            var shared = 0;
            if (i % 2 == 0)
            {
                restarts.AddRange(BitConverter.GetBytes(block.Count));
            }
            else
            {
                shared = key.AsSpan().CommonPrefixLength(last);
            }

            block.AddRange([.. Varint((ulong)shared), .. Varint((ulong)(key.Length - shared)), .. Varint((ulong)entries[i].Value.Length), .. key[shared..], .. entries[i].Value]);
            last = key;
        }

        if (restarts.Count == 0)
        {
            restarts.AddRange(new byte[4]);
        }

        byte[] handle = [.. Varint((ulong)file.Length), .. Varint((ulong)(block.Count + restarts.Count + 4))];
        byte[] content = [.. block, .. restarts, .. BitConverter.GetBytes(restarts.Count / 4), compression];
        file.Write([.. content, .. BitConverter.GetBytes(Checksum(content))]);
        return handle;
    }

    private static byte[] Varint(ulong value)
    {
        var bytes = new List<byte>();
        for (; value >= 0x80; value >>= 7)
        {
            bytes.Add((byte)(value | 0x80));
        }

        return [.. bytes, (byte)value];
    }

    // Castagnoli's polynomial bit by bit, then LevelDB's mask.
    private static uint Checksum(byte[] bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = crc >> 1 ^ ((crc & 1) == 0 ? 0 : 0x82f63b78);
            }
        }

        crc = ~crc;
        return unchecked((crc >> 15 | crc << 17) + 0xa282ead8);
    }
}
