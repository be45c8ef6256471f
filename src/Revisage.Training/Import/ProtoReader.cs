using System.Buffers.Binary;

namespace Revisage.Training.Import;

/// <summary>Reads the fields of one message in Protocol Buffers' wire format, in the order they come.</summary>
internal ref struct ProtoReader(ReadOnlySpan<byte> message)
{
    private ReadOnlySpan<byte> rest = message;

    public int Field { get; private set; }

    /// <summary>The field's number, where it is one.</summary>
    public ulong Number { get; private set; }

    /// <summary>The field's bytes, where it is text, bytes or a message.</summary>
    public ReadOnlySpan<byte> Bytes { get; private set; }

    /// <exception cref="InvalidDataException">The message ends inside a field, or has one of an unknown kind.</exception>
    public bool Next()
    {
        if (rest.IsEmpty)
        {
            return false;
        }

        var key = Varint(ref rest);
        Field = (int)(key >> 3 & int.MaxValue);
        Number = 0;
        Bytes = [];
        switch (key & 7)
        {
            case 0: Number = Varint(ref rest); break;
            case 1: Number = BinaryPrimitives.ReadUInt64LittleEndian(Take(ref rest, sizeof(ulong))); break;
            case 2: Bytes = Take(ref rest, Varint(ref rest)); break;
            case 5: Number = BinaryPrimitives.ReadUInt32LittleEndian(Take(ref rest, sizeof(uint))); break;
            default: throw new InvalidDataException($"a message has a field of wire type {key & 7}.");
        }

        return true;
    }

    public static ReadOnlySpan<byte> Take(scoped ref ReadOnlySpan<byte> from, ulong count)
    {
        if (count > (ulong)from.Length)
        {
            throw new InvalidDataException($"{count} bytes are claimed, where {from.Length} remain.");
        }

        var taken = from[..(int)count];
        from = from[(int)count..];
        return taken;
    }

    public static ulong Varint(scoped ref ReadOnlySpan<byte> from)
    {
        var value = 0UL;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var next = Take(ref from, 1)[0];
            value |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }

        throw new InvalidDataException("a number is longer than 64 bits.");
    }
}
