using System.Buffers.Binary;
using System.Numerics;

namespace Revisage.Training.Data.Packed;

/// <summary>
/// CRC-32C (Castagnoli; RFC 3720, B.4). It finds every burst of up to 32 bits, and costs well under a hundredth of
/// decoding, so each read can afford it. It finds accidents; forgery is for the manifest's SHA-256.
/// </summary>
internal static class Crc32C
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
