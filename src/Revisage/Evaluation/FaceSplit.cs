namespace Revisage.Evaluation;

/// <summary>The parts of a set, as indexes name them. Nobody is in two.</summary>
public static class FaceSplit
{
    public const string Train = "train";

    /// <summary>Chooses checkpoints and recipes.</summary>
    public const string Val = "val";

    /// <summary>Chose nothing, and so says how good a model is on faces that it was not made for.</summary>
    public const string Test = "test";

    /// <summary>What a set's results are reported on: its test faces where it has some, its validation faces otherwise.</summary>
    /// <param name="splits">Of its faces.</param>
    public static string ToReportOn(IEnumerable<string?> splits) => splits.Contains(Test) ? Test : Val;
}
