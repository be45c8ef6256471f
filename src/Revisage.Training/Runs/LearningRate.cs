namespace Revisage.Training.Runs;

/// <summary>The rate as a function of the iteration alone, so that a resumed run has the same.</summary>
public sealed record LearningRate
{
    /// <summary>The highest rate.</summary>
    public double Peak { get; init; } = 1e-4;

    /// <summary>Iterations of linear rise from 0.</summary>
    public long Warmup { get; init; }

    /// <summary>In the place of the linear rise: the shares of the rate that equal parts of the warm-up have, one after another.</summary>
    public IReadOnlyList<double> WarmupShares { get; init; } = [];

    /// <summary>Iterations at which the rate is multiplied by <see cref="Factor"/>.</summary>
    public IReadOnlyList<long> Milestones { get; init; } = [];

    /// <summary>See <see cref="Milestones"/>.</summary>
    public double Factor { get; init; } = 0.5;

    /// <summary>The rate is multiplied by this every <see cref="DecayEvery"/> iterations, which are an epoch.</summary>
    public double Decay { get; init; } = 1;

    /// <summary>See <see cref="Decay"/>.</summary>
    public long DecayEvery { get; init; } = 1;

    /// <summary>Falls along half a cosine to this share of the peak at the last iteration; 1 for no fall.</summary>
    public double CosineFloor { get; init; } = 1;

    /// <param name="iteration">From 0 to <paramref name="total"/> - 1.</param>
    /// <param name="total">Iterations of the whole stage.</param>
    public double At(long iteration, long total)
    {
        var rate = Peak * Math.Pow(Factor, Milestones.Count(milestone => iteration >= milestone)) * Math.Pow(Decay, iteration / Math.Max(1, DecayEvery));
        if (iteration < Warmup)
        {
            return WarmupShares.Count > 0 ? rate * WarmupShares[(int)(iteration * WarmupShares.Count / Warmup)] : rate * (iteration + 1) / Warmup;
        }

        var progress = total <= Warmup ? 0 : (double)(iteration - Warmup) / (total - Warmup);
        return rate * (CosineFloor + (1 - CosineFloor) * 0.5 * (1 + Math.Cos(Math.PI * progress)));
    }
}
