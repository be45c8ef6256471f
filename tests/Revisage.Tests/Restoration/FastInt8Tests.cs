using Revisage.Restoration;

namespace Revisage.Tests.Restoration;

public class FastInt8Tests
{
    [Theory]
    [InlineData(0, 0, 0, null)]
    [InlineData(1 << 11, 0, 0, "AVX512-VNNI")]
    [InlineData(0, 0, 1 << 4, "AVX-VNNI")]
    [InlineData(1 << 11, 1 << 25, 1 << 4, "AMX-INT8")]
    public void Instructions_are_known_by_their_bits(int ecx, int edx, int eaxOfOne, string? expected) =>
        FastInt8.Find(31, leaf => leaf == 0 ? (1, 0, ecx, edx) : (eaxOfOne, 0, 0, 0)).ShouldBe(expected);

    [Fact]
    public void A_processor_without_the_subleaf_is_not_asked_for_it() =>
        FastInt8.Find(31, leaf => leaf == 0 ? (0, 0, 0, 0) : throw new InvalidOperationException()).ShouldBeNull();

    [Fact]
    public void Nor_an_old_one_for_the_leaf() => FastInt8.Find(6, _ => throw new InvalidOperationException()).ShouldBeNull();

    [Fact]
    public void Linux_names_the_same_flags()
    {
        if (!File.Exists("/proc/cpuinfo"))
        {
            return;
        }

        var flags = File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("flags", StringComparison.Ordinal))?.Split(' ') ?? [];
        var expected = flags.Contains("amx_int8") ? "AMX-INT8" : flags.Contains("avx512_vnni") ? "AVX512-VNNI" : flags.Contains("avx_vnni") ? "AVX-VNNI" : null;

        FastInt8.Instructions.ShouldBe(expected);
    }
}
