using System.Globalization;
using Revisage.Torch;

namespace Revisage.Training.Losses;

/// <summary>The parts of a loss in order: name, weight, and the unweighted value as a tensor that holds one number.</summary>
public sealed class LossTerms
{
    private readonly List<(string Name, double Weight, Tensor Value)> terms = [];

    /// <param name="value">One number, unweighted.</param>
    public LossTerms Add(string name, double weight, Tensor value)
    {
        terms.Add((name, weight, value));
        return this;
    }

    /// <summary>Another network's terms, for the log, after this one's have been differentiated.</summary>
    public LossTerms Add(LossTerms others)
    {
        ArgumentNullException.ThrowIfNull(others);
        terms.AddRange(others.terms);
        return this;
    }

    /// <summary>The weighted sum, to differentiate.</summary>
    /// <exception cref="LossNotFiniteException">A term is NaN or infinite; nothing has been updated yet.</exception>
    public Tensor Total()
    {
        foreach (var (name, value) in Values())
        {
            if (!double.IsFinite(value))
            {
                throw new LossNotFiniteException($"The loss '{name}' is {value.ToString(CultureInfo.InvariantCulture)}.");
            }
        }

        return terms.Select(term => term.Weight == 1 ? term.Value : term.Value * term.Weight).Aggregate((sum, term) => sum + term);
    }

    /// <summary>Names and unweighted values, for the log, free of native memory.</summary>
    public IReadOnlyList<LossValue> Values() => [.. terms.Select(term => new LossValue(term.Name, term.Value.Item()))];
}

public readonly record struct LossValue(string Name, double Value);

/// <summary>A loss is no longer a number. Training stops before the update that would have spread it.</summary>
public sealed class LossNotFiniteException(string message) : RevisageException(message);
