using Revisage.Training.Layers;

namespace Revisage.Training.Methods.WNet;

/// <summary>What W-Net has at each size, by level: 0 is the small face's, each above it twice as large, each below it half.</summary>
internal sealed class WNetLevels(WNetOptions options)
{
    private const int BlocksALevel = 2;

    /// <summary>Levels above the small face's.</summary>
    public int Above => options.Doublings;

    /// <summary>Levels below it.</summary>
    public int Below => options.EncoderLevels;

    public int Width(int level) => options.Channels >> Math.Max(0, level - (options.Doublings - options.NarrowLevels));

    public UpModule Up(int to) => new(Width(to - 1), Width(to));

    public DownModule Down(int to) => new(Width(to + 1), Width(to));

    public ParsingFusion Fusion(int level) => options.Lpf && Attends(level) ? new Lpf(Width(level)) : new Cascade(Width(level));

    /// <summary>Two SCABs, or what stands in their place.</summary>
    public Sequence Blocks(int level) => new(
    [
        .. Enumerable.Range(0, BlocksALevel).Select(_ => options.Scab && Attends(level) ? (Block)new Scab(Width(level)) : new Rcab(Width(level))),
    ]);

    private bool Attends(int level) => level <= options.Doublings - options.PlainLevels;
}
