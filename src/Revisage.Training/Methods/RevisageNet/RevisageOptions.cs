namespace Revisage.Training.Methods.RevisageNet;

/// <summary>The sizes of <see cref="RevisageNetwork"/>; the defaults are those of <c>revisage-16</c>, which no ablation has chosen yet.</summary>
public sealed record RevisageOptions
{
    /// <summary>Feature channels of the trunk, at 16 pixels; half of them at 32, a quarter at 64.</summary>
    public int Channels { get; init; } = 128;

    /// <summary>Residual blocks of the trunk.</summary>
    public int Blocks { get; init; } = 10;

    /// <summary>Self-attention follows every so many blocks; 0 for none.</summary>
    public int AttentionEvery { get; init; } = 3;

    /// <summary>Whether the trunk has a learned map of positions: faces are aligned, so where a pixel is says what it belongs to.</summary>
    public bool PositionMap { get; init; } = true;

    /// <summary>Residual blocks after each doubling but the last, from 32 pixels up.</summary>
    public IReadOnlyList<int> TailBlocks { get; init; } = [2, 1];

    /// <summary>Side of the trunk's maps, whatever the small face's size.</summary>
    public const int TrunkSide = 16;
}
