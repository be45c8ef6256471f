namespace Revisage.Torch;

/// <summary>RMSprop's constants; the defaults are PyTorch's.</summary>
public sealed record RmsPropOptions
{
    /// <summary>How much of the running mean of squares stays at each step.</summary>
    public double Smoothing { get; init; } = 0.99;

    public double Epsilon { get; init; } = 1e-8;
}

/// <summary>RMSprop (Hinton 2012) as PyTorch computes it, without momentum: p -= rate * g / (√v + ε).</summary>
public sealed class RmsProp : IOptimizer
{
    private static readonly Operator MulAll = new("aten::_foreach_mul_", "Scalar");
    private static readonly Operator AddCMulAll = new("aten::_foreach_addcmul_", "Scalar");
    private static readonly Operator SqrtAll = new("aten::_foreach_sqrt");
    private static readonly Operator AddScalarAll = new("aten::_foreach_add_", "Scalar");
    private static readonly Operator AddCDivAll = new("aten::_foreach_addcdiv_", "Scalar");

    private readonly RmsPropOptions options;
    private readonly IReadOnlyList<Tensor> parameters;
    private readonly Tensor[] squares;

    public RmsProp(IReadOnlyList<Tensor> parameters, RmsPropOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        this.parameters = parameters;
        this.options = options;
        squares = OptimizerState.ZerosLike(parameters);
    }

    public required double LearningRate { get; set; }

    public long Steps { get; set; }

    public IReadOnlyList<(string Name, IReadOnlyList<Tensor> Tensors)> State => [("v", squares)];

    public void Step(IReadOnlyList<Tensor> gradients)
    {
        Steps++;
        using var scope = new TensorScope();
        using var mode = Autograd.WithoutGradients();
        MulAll.CallInPlace(squares, options.Smoothing);
        AddCMulAll.CallInPlace(squares, Argument.List(gradients), Argument.List(gradients), 1 - options.Smoothing);
        var denominators = SqrtAll.CallMany(parameters.Count, squares);
        AddScalarAll.CallInPlace(denominators, options.Epsilon);
        AddCDivAll.CallInPlace(Argument.List(parameters), Argument.List(gradients), denominators, -LearningRate);
    }

    public void Dispose() => OptimizerState.Free(squares);
}

internal static class OptimizerState
{
    private static readonly Operator ZerosLikeOp = new("aten::zeros_like");

    /// <summary>Arrays that live as long as the optimiser, whatever scope is open.</summary>
    public static Tensor[] ZerosLike(IReadOnlyList<Tensor> parameters)
    {
        using var mode = Autograd.WithoutGradients();
        return [.. parameters.Select(parameter => TensorScope.Unscoped(() => ZerosLikeOp.Call(parameter)))];
    }

    public static void Free(params Tensor[][] arrays)
    {
        foreach (var tensor in arrays.SelectMany(array => array))
        {
            tensor.Dispose();
        }
    }
}
