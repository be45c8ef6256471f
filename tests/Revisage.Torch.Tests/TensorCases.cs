using Revisage.Fixtures;

namespace Revisage.Torch.Tests;

/// <summary>One use of a wrapper; input i is named <c>NAME.xI</c> and has the numbers that follow.</summary>
internal sealed record TensorCase(string Name, long[][] Shapes, Func<Tensor[], Tensor> Apply, double Low = -1, double High = 1)
{
    public Tensor[] Inputs() => [.. Shapes.Select((shape, i) => Given($"{Name}.x{i}", Low, High, shape))];

    public static Tensor Given(string name, double low, double high, params long[] shape)
    {
        var values = new float[shape.Aggregate(1L, (count, extent) => count * extent)];
        Numbers.Fill(values, name, low, high);
        return Tensor.Of(values, shape);
    }
}

/// <summary>Every wrapper of <see cref="Tensor"/> that computes; <c>fixtures/torch/tensors.py</c> has the same by the same names.</summary>
internal static class TensorCases
{
    private static readonly long[] Map = [2, 3, 5, 6];

    public static IReadOnlyList<TensorCase> All { get; } =
    [
        // Arithmetic
        new("add", [[2, 3], [2, 3]], x => x[0] + x[1]),
        new("add_broadcast", [[2, 3], [3]], x => x[0] + x[1]),
        new("add_number", [[2, 3]], x => x[0] + 0.5),
        new("subtract", [[2, 3], [2, 3]], x => x[0] - x[1]),
        new("subtract_number", [[2, 3]], x => x[0] - 0.5),
        new("subtract_from_number", [[2, 3]], x => 2.5 - x[0]),
        new("negate", [[2, 3]], x => -x[0]),
        new("multiply", [[2, 3], [2, 3]], x => x[0] * x[1]),
        new("multiply_number", [[2, 3]], x => x[0] * -1.5),
        new("number_times", [[2, 3]], x => -1.5 * x[0]),
        new("divide", [[2, 3], [2, 3]], x => x[0] / x[1], 0.5, 2),
        new("divide_number", [[2, 3]], x => x[0] / 3),
        new("abs", [[4, 5]], x => x[0].Abs()),
        new("pow", [[4, 5]], x => x[0].Pow(3)),
        new("pow_half", [[4, 5]], x => x[0].Pow(0.5), 0.1, 2),
        new("sqrt", [[4, 5]], x => x[0].Sqrt(), 0.1, 2),
        new("exp", [[4, 5]], x => x[0].Exp(), -3, 3),
        new("log", [[4, 5]], x => x[0].Log(), 0.1, 3),
        new("sin", [[4, 5]], x => x[0].Sin(), -3, 3),
        new("cos", [[4, 5]], x => x[0].Cos(), -3, 3),
        new("clamp", [[4, 5]], x => x[0].Clamp(-0.5, 0.25)),
        new("clamp_below", [[4, 5]], x => x[0].Clamp(-0.5, null)),
        new("clamp_above", [[4, 5]], x => x[0].Clamp(null, 0.25)),

        // Activations
        new("relu", [[4, 5]], x => x[0].Relu()),
        new("leaky_relu", [[4, 5]], x => x[0].LeakyRelu(0.2)),
        new("prelu", [[2, 3, 4], [3]], x => x[0].PRelu(x[1])),
        new("sigmoid", [[4, 5]], x => x[0].Sigmoid(), -5, 5),
        new("tanh", [[4, 5]], x => x[0].Tanh(), -3, 3),
        new("softplus", [[4, 5]], x => x[0].Softplus(), -5, 5),
        new("softmax", [[2, 3, 4]], x => x[0].Softmax(1), -3, 3),
        new("log_softmax", [[2, 3, 4]], x => x[0].LogSoftmax(-1), -3, 3),

        // Products
        new("conv2d", [[2, 4, 7, 6], [6, 2, 3, 3], [6]], x => x[0].Conv2d(x[1], x[2], stride: 2, padding: 2, dilation: 2, groups: 2)),
        new("conv2d_no_bias", [Map, [4, 3, 3, 3]], x => x[0].Conv2d(x[1], null, stride: 1, padding: 1, dilation: 1, groups: 1)),
        new("conv_transpose2d", [[2, 4, 3, 5], [4, 3, 3, 3], [6]], x => x[0].ConvTranspose2d(x[1], x[2], stride: 2, padding: 1, outputPadding: 1, groups: 2)),
        new("linear", [[3, 5], [4, 5], [4]], x => x[0].Linear(x[1], x[2])),
        new("matmul", [[2, 3, 4], [2, 4, 5]], x => x[0].MatMul(x[1])),
        new("matmul_vector", [[3, 4], [4]], x => x[0].MatMul(x[1])),

        // Norms
        new("batch_norm_in_use", [Map, [3], [3]], x => x[0].BatchNorm(
            x[1], x[2], TensorCase.Given("batch_norm_in_use.mean", -1, 1, 3), TensorCase.Given("batch_norm_in_use.variance", 0.2, 2, 3), false, 0.1, 0.01)),
        new("batch_norm_in_training", [Map, [3], [3]], x => x[0].BatchNorm(x[1], x[2], null, null, true, 0.1, 1e-5)),
        new("instance_norm", [Map, [3], [3]], x => x[0].InstanceNorm(x[1], x[2], 0.001)),

        // Pooling and reductions
        new("max_pool1d", [[2, 3, 6]], x => x[0].MaxPool1d(3, 2)),
        new("max_pool2d", [Map], x => x[0].MaxPool2d(3, 2, 1)),
        new("avg_pool2d", [Map], x => x[0].AvgPool2d(3, 2, 1)),
        new("adaptive_avg_pool2d", [Map], x => x[0].AdaptiveAvgPool2d(2, 4)),
        new("sum", [[2, 3, 4]], x => x[0].Sum()),
        new("sum_dims", [[2, 3, 4]], x => x[0].Sum([0, 2])),
        new("sum_dims_kept", [[2, 3, 4]], x => x[0].Sum([0, 2], keepDim: true)),
        new("mean", [[2, 3, 4]], x => x[0].Mean()),
        new("mean_dims", [[2, 3, 4]], x => x[0].Mean([1])),
        new("variance", [[4, 3, 5]], x => x[0].Variance([0, 2], correction: 0)),
        new("variance_unbiased", [[4, 3, 5]], x => x[0].Variance([0], correction: 1, keepDim: true)),
        new("amax", [[2, 3, 4]], x => x[0].Amax([0, 1], keepDim: true)),

        // Shapes
        new("cat", [[2, 3], [2, 4]], x => Tensor.Cat(x, 1)),
        new("stack", [[2, 3], [2, 3]], x => Tensor.Stack(x, 1)),
        new("split", [[2, 6, 3]], x => x[0].Split(2, 1)[2] - x[0].Split(4, -2)[1]),
        new("narrow", [[2, 6, 3]], x => x[0].Narrow(1, 1, 4)),
        new("index_select", [[2, 3, 4]], x => x[0].IndexSelect(1, Tensor.Of([2L, 0, 2, 2], 4))),
        new("reshape", [[2, 6]], x => x[0].Reshape(3, -1)),
        new("expand", [[2, 1, 3]], x => x[0].Expand(2, 4, 3)),
        new("transpose", [[2, 3, 4]], x => x[0].Transpose(0, 2)),
        new("permute", [[2, 3, 4]], x => x[0].Permute(2, 0, 1)),
        new("flatten", [[2, 3, 4]], x => x[0].Flatten(1)),
        new("flatten_to", [[2, 3, 4, 5]], x => x[0].Flatten(1, 2)),
        new("flip", [[2, 3, 4]], x => x[0].Flip(0, 2)),
        new("to_double", [[2, 3]], x => x[0].To(ScalarType.Double).To(ScalarType.Float) * 3),
        new("contiguous", [[2, 3]], x => x[0].Transpose(0, 1).Contiguous()),
        new("channels_last", [Map], x => x[0].Contiguous(MemoryFormat.ChannelsLast)),
        new("clone", [[2, 3]], x => x[0].Clone()),

        // Pixels
        new("upsample_nearest_size", [Map], x => x[0].UpsampleNearest2d(8, 11)),
        new("upsample_nearest_factor", [Map], x => x[0].UpsampleNearest2d(8, 10, 1.7)),
        new("upsample_bilinear_size", [Map], x => x[0].UpsampleBilinear2d(8, 11, false)),
        new("upsample_bilinear_size_corners", [Map], x => x[0].UpsampleBilinear2d(8, 11, true)),
        new("upsample_bilinear_factor", [Map], x => x[0].UpsampleBilinear2d(8, 10, false, 1.7)),
        new("upsample_bicubic_size", [Map], x => x[0].UpsampleBicubic2d(8, 11, false)),
        new("upsample_bicubic_size_corners", [Map], x => x[0].UpsampleBicubic2d(8, 11, true)),
        new("upsample_bicubic_factor", [Map], x => x[0].UpsampleBicubic2d(8, 10, false, 1.7)),
        new("upsample_bicubic_antialiased", [Map], x => x[0].UpsampleBicubic2dAntialiased(8, 4, false)),
        new("pixel_shuffle", [[2, 12, 2, 3]], x => x[0].PixelShuffle(2)),
        new("pixel_unshuffle", [[2, 3, 4, 6]], x => x[0].PixelUnshuffle(2)),
        new("grid_sample_zeros", [Map, [2, 4, 3, 2]], x => x[0].GridSample(x[1] * 1.5, repeatBorder: false)),
        new("grid_sample_border", [Map, [2, 4, 3, 2]], x => x[0].GridSample(x[1] * 1.5, repeatBorder: true)),
        new("reflection_pad2d", [Map], x => x[0].ReflectionPad2d(1, 2, 3, 4)),
        new("constant_pad", [Map], x => x[0].ConstantPad(2.5, 1, 2, 0, 3)),

        // Losses
        new("bce_with_logits", [[4, 3], [4, 3]], x => x[0].BinaryCrossEntropyWithLogits(x[1]), 0, 1),
        new("cross_entropy", [[3, 4]], x => x[0].CrossEntropy(Tensor.Of([0L, 3L, 1L], 3)), -3, 3),
    ];

    public static TheoryData<string> Names => [.. All.Select(c => c.Name)];
}
