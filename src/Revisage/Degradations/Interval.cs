namespace Revisage.Degradations;

/// <summary>From one number to another, both included, all with the same chance.</summary>
public sealed record Interval
{
    public double From { get; init; }

    public double To { get; init; }

    public double Draw(ref SampleRandom random) => From + (To - From) * random.NextDouble();

    /// <summary>A whole number; ends that are none are rounded.</summary>
    public int DrawWhole(ref SampleRandom random) => random.Next((int)Math.Round(From), (int)Math.Round(To));

    /// <exception cref="RevisageException">It is upside down, or not within the bounds.</exception>
    public Interval Checked(string name, double least, double most) =>
        // Not-a-number is within nothing.
        From >= least && From <= To && To <= most
            ? this
            : throw new RevisageException(FormattableString.Invariant(
                $"The recipe's {name} goes from {From} to {To}, but takes numbers that rise within {least} to {most}. Correct them."));
}
