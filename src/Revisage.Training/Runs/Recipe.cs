using Revisage.Data;
using Revisage.Training.Torch;

namespace Revisage.Training.Runs;

/// <summary>What every method's recipe says. Records of this kind are the only settings that training has.</summary>
public abstract record Recipe
{
    /// <summary>The method's id, such as <c>edsr</c>; it decides which keys the rest may have.</summary>
    public required string Method { get; init; }

    /// <summary>Who trained so, and what differs.</summary>
    public string Description { get; init; } = "";

    public DataOptions Data { get; init; } = new();

    /// <summary>
    /// A model that ships, or a path of one, whose weights of the same names and shapes the first phase begins with; empty to
    /// begin at random.
    /// </summary>
    public string Start { get; init; } = "";

    /// <summary>Updates of the generator.</summary>
    public long Iterations { get; init; } = 100_000;

    /// <summary>Images an update.</summary>
    public int Batch { get; init; } = 16;

    public LearningRate LearningRate { get; init; } = new();

    /// <summary>Ends the first phase after so many validations without a better score; 0 for never.</summary>
    public int Patience { get; init; }

    /// <summary>All randomness follows from it and the iteration.</summary>
    public int Seed { get; init; } = 1;

    public Precision Precision { get; init; } = Precision.Bf16;

    /// <summary>Decay of the moving average of the weights.</summary>
    public double AverageDecay { get; init; } = 0.999;

    public ReportOptions Report { get; init; } = new();

    /// <summary>Of the first phase, which the keys at the top of a recipe are about; later ones have records of their own.</summary>
    internal Schedule Schedule => new() { Iterations = Iterations, Batch = Batch, LearningRate = LearningRate, Patience = Patience };

    /// <summary>As models that ship hold it: where things lay on the machine that trained is left out.</summary>
    internal virtual Recipe WithoutPlaces() => this with { Start = Path.GetFileNameWithoutExtension(Start) };
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
