namespace Revisage;

/// <summary>
/// Random numbers that follow from a seed and a sample's number (SplitMix64, Steele 2014): nothing to save, the
/// same on every platform, and no order of calls between samples.
/// </summary>
public struct SampleRandom(int seed, long sample)
{
    private ulong state = Mix(Mix((ulong)(uint)seed + 0x9E3779B97F4A7C15) ^ (ulong)sample);

    /// <summary>Even over <paramref name="from"/> to <paramref name="to"/>, both included.</summary>
    public int Next(int from, int to) => from + (int)(((UInt128)Next() * (ulong)(to - (long)from + 1)) >> 64);

    /// <summary>Even over [0, 1).</summary>
    public double NextDouble() => (Next() >> 11) * (1.0 / (1UL << 53));

    private ulong Next() => Mix(state += 0x9E3779B97F4A7C15);

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
