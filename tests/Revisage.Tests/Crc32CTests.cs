namespace Revisage.Tests;

public sealed class Crc32CTests
{
    [Fact]
    public void Known_answers_of_the_standard()
    {
        // RFC 3720, B.4: 32 zeros, 32 ones, 0 to 31; and the customary check value.
        Crc32C.Of(new byte[32]).ShouldBe(0x8A9136AAu);
        Crc32C.Of(Enumerable.Repeat((byte)0xFF, 32).ToArray()).ShouldBe(0x62A8AB43u);
        Crc32C.Of(Enumerable.Range(0, 32).Select(i => (byte)i).ToArray()).ShouldBe(0x46DD794Eu);
        Crc32C.Of("123456789"u8).ShouldBe(0xE3069283u);
    }
}
