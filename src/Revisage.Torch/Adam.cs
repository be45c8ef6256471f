namespace Revisage.Torch;

/// <summary>What an optimiser keeps between steps, by name, so that a checkpoint can hold it.</summary>
public interface IOptimizer : IDisposable
{
    /// <summary>The rate of the next step; schedules set it.</summary>
    double LearningRate { get; set; }

    /// <summary>Steps taken.</summary>
    long Steps { get; set; }

    /// <summary>Per-parameter arrays, each of its parameter's shape, in the parameters' order.</summary>
    IReadOnlyList<(string Name, IReadOnlyList<Tensor> Tensors)> State { get; }

    /// <summary>Changes the parameters in place; one gradient a parameter, in their order.</summary>
    void Step(IReadOnlyList<Tensor> gradients);
}

/// <summary>Adam's constants; the defaults are Kingma and Ba's (ICLR 2015).</summary>
public sealed record AdamOptions
{
    public double Beta1 { get; init; } = 0.9;

    public double Beta2 { get; init; } = 0.999;

    public double Epsilon { get; init; } = 1e-8;
}

/// <summary>
/// Adam (Kingma and Ba, ICLR 2015) as PyTorch computes it: p -= rate / (1 - β1ᵗ) * m / (√v / √(1 - β2ᵗ) + ε).
/// Parameters and moments are fp32, whatever precision the gradients were computed in.
/// </summary>
public sealed class Adam : IOptimizer
{
    private static readonly Operator Update = new("revisage::adam_");

    private readonly AdamOptions options;
    private readonly IReadOnlyList<Tensor> parameters;
    private readonly Tensor[] firstMoments;
    private readonly Tensor[] secondMoments;

    public Adam(IReadOnlyList<Tensor> parameters, AdamOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        this.parameters = parameters;
        this.options = options;
        firstMoments = OptimizerState.ZerosLike(parameters);
        secondMoments = OptimizerState.ZerosLike(parameters);
    }

    public required double LearningRate { get; set; }

    public long Steps { get; set; }

    public IReadOnlyList<(string Name, IReadOnlyList<Tensor> Tensors)> State => [("m", firstMoments), ("v", secondMoments)];

    public void Step(IReadOnlyList<Tensor> gradients)
    {
        ArgumentNullException.ThrowIfNull(gradients);
        Steps++;
        using var mode = Autograd.WithoutGradients();
        var rate = LearningRate / (1 - Math.Pow(options.Beta1, Steps));
        var root = 1 / Math.Sqrt(1 - Math.Pow(options.Beta2, Steps));
        for (var i = 0; i < parameters.Count; i++)
        {
            Update.CallInPlace(parameters[i], gradients[i], firstMoments[i], secondMoments[i], options.Beta1, options.Beta2, rate, root, options.Epsilon);
        }
    }

    public void Dispose() => OptimizerState.Free(firstMoments, secondMoments);
}
