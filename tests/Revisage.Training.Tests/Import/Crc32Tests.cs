using Revisage.Training.Import;

namespace Revisage.Training.Tests.Import;

public class Crc32Tests
{
    // The check values of both checksums: of the nine digits (RFC 3720 and PKWARE's).
    [Fact]
    public void Both_give_their_published_check_values()
    {
        Crc32.Zip("123456789"u8).ShouldBe(0xcbf43926u);
        // 0xe3069283 rotated right by 15 bits is 0x2507c60d; plus 0xa282ead8.
        Crc32.MaskedCastagnoli("123456789"u8).ShouldBe(0xc78ab0e5u);
    }

    [Fact]
    public void Eight_bytes_at_once_are_as_one_at_a_time()
    {
        var bytes = Enumerable.Range(0, 100).Select(i => (byte)(i * 37)).ToArray();
        var crc = uint.MaxValue;
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = crc >> 1 ^ ((crc & 1) == 0 ? 0 : 0xedb88320);
            }
        }

        Crc32.Zip(bytes).ShouldBe(~crc);
    }
}
