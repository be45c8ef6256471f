using Revisage.Restoration;
using Revisage.Training.Torch;

namespace Revisage.Training.Training;

/// <summary>What every method's recipe says. Records of this kind are the only settings that training has.</summary>
public abstract record Recipe
{
    /// <summary>The method's id, such as <c>edsr</c>; it decides which keys the rest may have.</summary>
    public required string Method { get; init; }

    /// <summary>Who trained so, and what differs.</summary>
    public string Description { get; init; } = "";

    public DataOptions Data { get; init; } = new();

    /// <summary>Updates of the generator.</summary>
    public long Iterations { get; init; } = 100_000;

    /// <summary>Images an update.</summary>
    public int Batch { get; init; } = 16;

    public LearningRate LearningRate { get; init; } = new();

    /// <summary>All randomness follows from it and the iteration.</summary>
    public int Seed { get; init; } = 1;

    public Precision Precision { get; init; } = Precision.Bf16;

    /// <summary>Decay of the moving average of the weights.</summary>
    public double AverageDecay { get; init; } = 0.999;

    public ReportOptions Report { get; init; } = new();
}

/// <summary>What is fed to a network, and how it is varied.</summary>
public sealed record DataOptions
{
    /// <summary>The photographs' names, for the card of what is trained on them.</summary>
    public string Name { get; init; } = "unnamed";

    /// <summary>The terms on which they are to be had; they bind the trained model too.</summary>
    public string Licence { get; init; } = "unknown";

    /// <summary>Pixels of the large face's side.</summary>
    public int HighRes { get; init; } = 128;

    /// <summary>Pixels of the small face's side.</summary>
    public int LowRes { get; init; } = 16;

    public ValueRange Range { get; init; } = ValueRange.Signed;

    /// <summary>Each face is mirrored with a chance of one half.</summary>
    public bool Flip { get; init; } = true;

    /// <summary>Each face is moved by up to so many pixels of the large face, where its picture has margin.</summary>
    public int Shift { get; init; }
}

/// <summary>How often a run reports, in iterations.</summary>
public sealed record ReportOptions
{
    public int LogEvery { get; init; } = 50;

    public int ValidateEvery { get; init; } = 1000;

    /// <summary>Validation faces, spread evenly over the split.</summary>
    public int ValidationImages { get; init; } = 200;

    public int CheckpointEvery { get; init; } = 500;

    /// <summary>Rows of the picture that each validation saves.</summary>
    public int PictureRows { get; init; } = 6;
}
