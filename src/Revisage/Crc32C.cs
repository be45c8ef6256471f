using System.Buffers.Binary;
using System.Numerics;

namespace Revisage;

/// <summary>
/// CRC-32C (Castagnoli; RFC 3720, B.4). It finds every burst of up to 32 bits, and costs well under a hundredth of
/// decoding a picture, so each read can afford it. It finds accidents; forgery is for SHA-256.
/// </summary>
public static class Crc32C
{
    public static uint Of(ReadOnlySpan<byte> data)
    {
        var crc = uint.MaxValue;
        for (; data.Length >= sizeof(ulong); data = data[sizeof(ulong)..])
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(data));
        }

        foreach (var value in data)
        {
            crc = BitOperations.Crc32C(crc, value);
        }

        return ~crc;
    }
}
