using System.Buffers.Binary;
using System.Numerics;

namespace Revisage.Training.Import;

/// <summary>The two cyclic checksums of these files: zip's (ISO-HDLC) and Castagnoli's, which TensorFlow uses.</summary>
internal static class Crc32
{
    // Eight bytes a step: entry [k][b] is the checksum of b followed by k zeros.
    private static readonly uint[][] Tables = MakeTables();

    /// <summary>CRC-32 as in zip.</summary>
    public static uint Zip(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        for (; bytes.Length >= 8; bytes = bytes[8..])
        {
            var (low, high) = (BinaryPrimitives.ReadUInt32LittleEndian(bytes) ^ crc, BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]));
            crc = Tables[7][(byte)low] ^ Tables[6][(byte)(low >> 8)] ^ Tables[5][(byte)(low >> 16)] ^ Tables[4][low >> 24]
                ^ Tables[3][(byte)high] ^ Tables[2][(byte)(high >> 8)] ^ Tables[1][(byte)(high >> 16)] ^ Tables[0][high >> 24];
        }

        foreach (var value in bytes)
        {
            crc = crc >> 8 ^ Tables[0][(byte)(crc ^ value)];
        }

        return ~crc;
    }

    /// <summary>CRC-32C, masked as LevelDB and TensorFlow store it: rotated by 15 bits, plus a constant.</summary>
    public static uint MaskedCastagnoli(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        for (; bytes.Length >= 8; bytes = bytes[8..])
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        }

        foreach (var value in bytes)
        {
            crc = BitOperations.Crc32C(crc, value);
        }

        return unchecked(BitOperations.RotateRight(~crc, 15) + 0xa282ead8);
    }

    private static uint[][] MakeTables()
    {
        var tables = new uint[8][];
        for (var k = 0; k < 8; k++)
        {
            tables[k] = new uint[256];
            for (var value = 0u; value < 256; value++)
            {
                var crc = k == 0 ? value : tables[k - 1][value];
                if (k == 0)
                {
                    for (var bit = 0; bit < 8; bit++)
                    {
                        crc = crc >> 1 ^ ((crc & 1) == 0 ? 0 : 0xedb88320);
                    }
                }
                else
                {
                    crc = crc >> 8 ^ tables[0][(byte)crc];
                }

                tables[k][value] = crc;
            }
        }

        return tables;
    }
}
