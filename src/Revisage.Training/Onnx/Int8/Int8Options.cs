namespace Revisage.Training.Onnx.Int8;

/// <summary>How the ranges of activations are measured.</summary>
public sealed record Int8Options
{
    /// <summary>Training faces, evenly taken from the set, whose activations are observed.</summary>
    public int CalibrationFaces { get; init; } = 512;

    /// <summary>Further training faces, by which <see cref="Shares"/> are compared.</summary>
    public int ComparisonFaces { get; init; } = 64;

    /// <summary>Of the values that lie within the ranges, 1 for the smallest to the largest: the one is taken by which the output differs least from that of floats.</summary>
    public IReadOnlyList<double> Shares { get; init; } = [1, 0.99999, 0.9999, 0.999];
}
