using Revisage.Degradations;

namespace Revisage.Training.Priors.FaceDetection;

/// <summary>What a detector is shown: squares of photographs at many scales, into which faces are pasted.</summary>
public sealed record DetectionCropOptions
{
    /// <summary>Pixels of a square's side, a multiple of 32.</summary>
    public int Side { get; init; } = 256;

    /// <summary>The larger side that a chosen face of the photograph is brought to, in pixels; all ratios have the same chance.</summary>
    public Interval Face { get; init; } = new() { From = 9, To = 170 };

    /// <summary>How much a photograph is shrunk or enlarged for that, at most.</summary>
    public Interval Scale { get; init; } = new() { From = 0.35, To = 2.5 };

    /// <summary>The share of squares that lie around a face; the others lie anywhere.</summary>
    public double Around { get; init; } = 0.85;

    /// <summary>The larger side of a pasted face, in pixels; all ratios have the same chance.</summary>
    public Interval Pasted { get; init; } = new() { From = 10, To = 160 };

    /// <summary>The chance of a pasted face, and half of that of a second one.</summary>
    public double PasteChance { get; init; } = 0.6;

    /// <summary>The chance of an oval of the photograph itself, pasted as faces are: else their blended borders would give them away.</summary>
    public double DecoyChance { get; init; } = 0.4;

    public double Flip { get; init; } = 0.5;

    /// <summary>The chance that colours are changed.</summary>
    public double JitterChance { get; init; } = 0.6;

    public ColourJitterOptions Jitter { get; init; } = new() { Brightness = 0.4, Contrast = 0.4, Saturation = 0.5, Hue = 0.04 };

    /// <summary>The chance of a blur.</summary>
    public double BlurChance { get; init; } = 0.2;

    /// <summary>Standard deviation of the blur, in pixels.</summary>
    public Interval Blur { get; init; } = new() { From = 0.2, To = 1.3 };

    /// <summary>The chance of another compression.</summary>
    public double JpegChance { get; init; } = 0.3;

    public Interval Jpeg { get; init; } = new() { From = 30, To = 95 };

    /// <exception cref="RevisageException">Numbers do not fit together.</exception>
    internal DetectionCropOptions Checked()
    {
        Face.Checked("crops.face", DetectionLevel.Smallest, Side);
        Pasted.Checked("crops.pasted", DetectionLevel.Smallest, Side);
        Scale.Checked("crops.scale", 0.05, 20);
        Blur.Checked("crops.blur", 0, 8);
        Jpeg.Checked("crops.jpeg", 1, 100);
        return Side > 0 && Side % DetectionLevel.All[^1].Stride == 0 ? this
            : throw new RevisageException($"The recipe's crops.side is {Side}, but takes a multiple of {DetectionLevel.All[^1].Stride}.");
    }
}
