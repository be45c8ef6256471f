using System.Runtime.Intrinsics.X86;

namespace Revisage.Restoration;

/// <summary>
/// Whether networks in 8-bit integers are faster here than those in 32-bit floats: where the processor multiplies bytes and adds them up in one
/// instruction. Elsewhere they are slower and, with AVX2 alone, less exact, since sums of two products are cut to 16 bits on the way.
/// </summary>
public static class FastInt8
{
    /// <summary>The instructions that make it so, as people know them; null where there are none.</summary>
    /// <remarks>
    /// Asked of the processor itself: a program that was compiled ahead of time answers <c>IsSupported</c> of the newer vectors by what
    /// it was compiled for. On arm64 nothing was measured, so floats stay the default there.
    /// </remarks>
    public static string? Instructions { get; } = !Avx2.IsSupported ? null : Find(X86Base.CpuId(0, 0).Eax, leaf => X86Base.CpuId(7, leaf));

    /// <param name="lastLeaf">The highest leaf that the processor knows.</param>
    /// <param name="features">Leaf 7 (Intel SDM, volume 2A, CPUID) by subleaf.</param>
    internal static string? Find(int lastLeaf, Func<int, (int Eax, int Ebx, int Ecx, int Edx)> features)
    {
        if (lastLeaf < 7)
        {
            return null;
        }

        var (subleaves, _, ecx, edx) = features(0);
        return Has(edx, 25) ? "AMX-INT8"
            : Has(ecx, 11) ? "AVX512-VNNI"
            : subleaves >= 1 && Has(features(1).Eax, 4) ? "AVX-VNNI"
            : null;

        static bool Has(int register, int bit) => (register >> bit & 1) != 0;
    }
}
