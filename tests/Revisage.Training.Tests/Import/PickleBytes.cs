using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Revisage.Training.Tests.Import;

/// <summary>Pickles written opcode by opcode, and the files that PyTorch would put them in.</summary>
internal sealed class PickleBytes
{
    private readonly List<byte> bytes = [0x80, 2];

    public byte[] Written => [.. bytes];

    public PickleBytes Op(char code, params ReadOnlySpan<byte> rest)
    {
        bytes.Add((byte)code);
        bytes.AddRange(rest);
        return this;
    }

    public PickleBytes Repeat(char code, int times)
    {
        bytes.AddRange(Enumerable.Repeat((byte)code, times));
        return this;
    }

    public PickleBytes Global(string module, string name) => Op('c', Encoding.UTF8.GetBytes($"{module}\n{name}\n"));

    public PickleBytes Text(string text) => Op('X', [.. Little((uint)Encoding.UTF8.GetByteCount(text)), .. Encoding.UTF8.GetBytes(text)]);

    /// <summary>Text as Python 2 writes it.</summary>
    public PickleBytes OldText(string text) => Op('U', [(byte)text.Length, .. Encoding.Latin1.GetBytes(text)]);

    public PickleBytes Integer(long value)
    {
        var number = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(number, value);
        return Op('\u008a', [8, .. number]);
    }

    public PickleBytes Integers(params ReadOnlySpan<long> values)
    {
        Op('(');
        foreach (var value in values)
        {
            Integer(value);
        }

        return Op('t');
    }

    public PickleBytes Storage(string type, string key, long count, string module = "torch") =>
        Op('(').Text("storage").Global(module, type).Text(key).Text("cpu").Integer(count).Op('t').Op('Q');

    public PickleBytes Tensor(string type, string key, long count, long offset, long[] shape, long[] strides)
    {
        Global("torch._utils", "_rebuild_tensor_v2").Op('(').Storage(type, key, count).Integer(offset).Integers(shape).Integers(strides);
        return Op('\u0089').Op('}').Op('t').Op('R');
    }

    /// <summary>A dictionary of one entry, which <paramref name="value"/> writes, as a whole pickle.</summary>
    public static byte[] Dictionary(string key, Action<PickleBytes> value)
    {
        var pickle = new PickleBytes().Op('}').Text(key);
        value(pickle);
        return pickle.Op('s').Op('.').Written;
    }

    /// <summary>torch.save's stream before 1.6: magic, protocol, system, the object, the storages' keys, the storages.</summary>
    public static byte[] Legacy(byte[] pickle, params ReadOnlySpan<(string Key, long Count, byte[] Bytes)> storages)
    {
        var keys = new PickleBytes().Op(']');
        var data = new List<byte>();
        foreach (var (key, count, numbers) in storages)
        {
            keys.Text(key).Op('a');
            data.AddRange(Little((ulong)count));
            data.AddRange(numbers);
        }

        return
        [
            .. new PickleBytes().Op('\u008a', [10, .. Convert.FromHexString("6cfc9c46f9206aa85019")]).Op('.').Written,
            .. new PickleBytes().Op('M', [0xe9, 3]).Op('.').Written,
            .. new PickleBytes().Op('}').Text("little_endian").Op('\u0088').Op('s').Op('.').Written,
            .. pickle,
            .. keys.Op('.').Written,
            .. data,
        ];
    }

    /// <summary>torch.save's zip since 1.6.</summary>
    public static byte[] Zip(CompressionLevel level, params ReadOnlySpan<(string Name, byte[] Bytes)> entries)
    {
        using var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, content) in entries)
            {
                using var entry = zip.CreateEntry(name, level).Open();
                entry.Write(content);
            }
        }

        return stream.ToArray();
    }

    private static byte[] Little(uint value) => BitConverter.GetBytes(value);

    private static byte[] Little(ulong value) => BitConverter.GetBytes(value);
}
