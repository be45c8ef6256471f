namespace Revisage.Torch;

/// <content>One line an operator: names and arguments are PyTorch's, in C#'s spelling.</content>
public sealed partial class Tensor
{
    private static readonly Operator LocalScalar = new("aten::_local_scalar_dense");
    private static readonly Operator AddTensor = new("aten::add", "Tensor");
    private static readonly Operator AddScalar = new("aten::add", "Scalar");
    private static readonly Operator SubTensor = new("aten::sub", "Tensor");
    private static readonly Operator ReverseSub = new("aten::rsub", "Scalar");
    private static readonly Operator MulTensor = new("aten::mul", "Tensor");
    private static readonly Operator MulScalar = new("aten::mul", "Scalar");
    private static readonly Operator DivTensor = new("aten::div", "Tensor");
    private static readonly Operator NegOp = new("aten::neg");
    private static readonly Operator AbsOp = new("aten::abs");
    private static readonly Operator PowOp = new("aten::pow", "Tensor_Scalar");
    private static readonly Operator SqrtOp = new("aten::sqrt");
    private static readonly Operator ExpOp = new("aten::exp");
    private static readonly Operator LogOp = new("aten::log");
    private static readonly Operator SinOp = new("aten::sin");
    private static readonly Operator CosOp = new("aten::cos");
    private static readonly Operator ClampOp = new("aten::clamp");
    private static readonly Operator ReluOp = new("aten::relu");
    private static readonly Operator LeakyReluOp = new("aten::leaky_relu");
    private static readonly Operator PReluOp = new("aten::prelu");
    private static readonly Operator SigmoidOp = new("aten::sigmoid");
    private static readonly Operator TanhOp = new("aten::tanh");
    private static readonly Operator SoftplusOp = new("aten::softplus");
    private static readonly Operator SoftmaxOp = new("aten::softmax", "int");
    private static readonly Operator LogSoftmaxOp = new("aten::log_softmax", "int");
    private static readonly Operator Conv2dOp = new("aten::conv2d");
    private static readonly Operator ConvTranspose2dOp = new("aten::conv_transpose2d", "input");
    private static readonly Operator LinearOp = new("aten::linear");
    private static readonly Operator MatMulOp = new("aten::matmul");
    private static readonly Operator BatchNormOp = new("aten::batch_norm");
    private static readonly Operator BatchNormReluOp = new("revisage::batch_norm_relu");
    private static readonly Operator InstanceNormOp = new("aten::instance_norm");
    private static readonly Operator MaxPool1dOp = new("aten::max_pool1d");
    private static readonly Operator MaxPool2dOp = new("aten::max_pool2d");
    private static readonly Operator AvgPool2dOp = new("aten::avg_pool2d");
    private static readonly Operator AdaptiveAvgPool2dOp = new("aten::adaptive_avg_pool2d");
    private static readonly Operator SumOp = new("aten::sum");
    private static readonly Operator SumDim = new("aten::sum", "dim_IntList");
    private static readonly Operator MeanOp = new("aten::mean");
    private static readonly Operator MeanDim = new("aten::mean", "dim");
    private static readonly Operator VarDim = new("aten::var", "correction");
    private static readonly Operator AmaxOp = new("aten::amax");
    private static readonly Operator SplitOp = new("aten::split", "Tensor");
    private static readonly Operator CatOp = new("aten::cat");
    private static readonly Operator StackOp = new("aten::stack");
    private static readonly Operator NarrowOp = new("aten::narrow");
    private static readonly Operator IndexSelectOp = new("aten::index_select");
    private static readonly Operator ReshapeOp = new("aten::reshape");
    private static readonly Operator ExpandOp = new("aten::expand");
    private static readonly Operator TransposeOp = new("aten::transpose", "int");
    private static readonly Operator PermuteOp = new("aten::permute");
    private static readonly Operator FlattenOp = new("aten::flatten", "using_ints");
    private static readonly Operator FlipOp = new("aten::flip");
    private static readonly Operator UpsampleNearestOp = new("aten::upsample_nearest2d");
    private static readonly Operator UpsampleBilinearOp = new("aten::upsample_bilinear2d");
    private static readonly Operator UpsampleBicubicOp = new("aten::upsample_bicubic2d");
    private static readonly Operator UpsampleBicubicAntialiasedOp = new("aten::_upsample_bicubic2d_aa");
    private static readonly Operator PixelShuffleOp = new("aten::pixel_shuffle");
    private static readonly Operator PixelUnshuffleOp = new("aten::pixel_unshuffle");
    private static readonly Operator GridSampler2dOp = new("aten::grid_sampler_2d");
    private static readonly Operator ReflectionPad2dOp = new("aten::reflection_pad2d");
    private static readonly Operator ConstantPadOp = new("aten::constant_pad_nd");
    private static readonly Operator FeatureDropoutOp = new("aten::feature_dropout");
    private static readonly Operator ToCopyOp = new("aten::to", "dtype");
    private static readonly Operator ToDeviceOp = new("aten::to", "device");
    private static readonly Operator ContiguousOp = new("aten::contiguous");
    private static readonly Operator DetachOp = new("aten::detach");
    private static readonly Operator CloneOp = new("aten::clone");
    private static readonly Operator ZerosOp = new("aten::zeros");
    private static readonly Operator OnesOp = new("aten::ones");
    private static readonly Operator FullOp = new("aten::full");
    private static readonly Operator RandnOp = new("aten::randn");
    private static readonly Operator RandOp = new("aten::rand");
    private static readonly Operator CopyInPlace = new("aten::copy_");
    private static readonly Operator LerpInPlace = new("aten::lerp_", "Scalar");
    private static readonly Operator IsFiniteOp = new("aten::isfinite");
    private static readonly Operator AllOp = new("aten::all");
    private static readonly Operator BinaryCrossEntropyWithLogitsOp = new("aten::binary_cross_entropy_with_logits");
    private static readonly Operator CrossEntropyOp = new("aten::cross_entropy_loss");

    public static Tensor operator +(Tensor left, Tensor right) => AddTensor.Call(left, right);

    public static Tensor operator +(Tensor left, double right) => AddScalar.Call(left, right);

    public static Tensor operator -(Tensor left, Tensor right) => SubTensor.Call(left, right);

    public static Tensor operator -(Tensor left, double right) => AddScalar.Call(left, -right);

    public static Tensor operator -(double left, Tensor right) => ReverseSub.Call(right, left);

    public static Tensor operator -(Tensor operand) => NegOp.Call(operand);

    public static Tensor operator *(Tensor left, Tensor right) => MulTensor.Call(left, right);

    public static Tensor operator *(Tensor left, double right) => MulScalar.Call(left, right);

    public static Tensor operator *(double left, Tensor right) => MulScalar.Call(right, left);

    public static Tensor operator /(Tensor left, Tensor right) => DivTensor.Call(left, right);

    public static Tensor operator /(Tensor left, double right) => MulScalar.Call(left, 1 / right);

    public static Tensor Zeros(params long[] shape) => ZerosOp.Call(shape);

    public static Tensor Ones(params long[] shape) => OnesOp.Call(shape);

    public static Tensor Full(double value, params long[] shape) => FullOp.Call(shape, value);

    /// <summary>Standard normal numbers from LibTorch's generator.</summary>
    public static Tensor RandN(params long[] shape) => RandnOp.Call(shape);

    /// <summary>Uniform numbers in [0, 1) from LibTorch's generator.</summary>
    public static Tensor Rand(params long[] shape) => RandOp.Call(shape);

    public static Tensor Cat(IReadOnlyList<Tensor> tensors, int dim) => CatOp.Call(Argument.List(tensors), dim);

    public static Tensor Stack(IReadOnlyList<Tensor> tensors, int dim) => StackOp.Call(Argument.List(tensors), dim);

    public Tensor Abs() => AbsOp.Call(this);

    public Tensor Pow(double exponent) => PowOp.Call(this, exponent);

    public Tensor Sqrt() => SqrtOp.Call(this);

    public Tensor Exp() => ExpOp.Call(this);

    public Tensor Log() => LogOp.Call(this);

    public Tensor Sin() => SinOp.Call(this);

    public Tensor Cos() => CosOp.Call(this);

    public Tensor Clamp(double? minimum, double? maximum) =>
        ClampOp.Call(this, minimum, maximum);

    public Tensor Relu() => ReluOp.Call(this);

    public Tensor LeakyRelu(double slope) => LeakyReluOp.Call(this, slope);

    public Tensor PRelu(Tensor slope) => PReluOp.Call(this, slope);

    public Tensor Sigmoid() => SigmoidOp.Call(this);

    public Tensor Tanh() => TanhOp.Call(this);

    /// <summary>log(1 + exp(x)).</summary>
    public Tensor Softplus() => SoftplusOp.Call(this);

    public Tensor Softmax(int dim) => SoftmaxOp.Call(this, dim);

    public Tensor LogSoftmax(int dim) => LogSoftmaxOp.Call(this, dim);

    public Tensor Conv2d(Tensor weight, Tensor? bias, int stride, int padding, int dilation, int groups) =>
        Conv2dOp.Call(this, weight, bias, Pair(stride), Pair(padding), Pair(dilation), groups);

    public Tensor ConvTranspose2d(Tensor weight, Tensor? bias, int stride, int padding, int outputPadding, int groups) =>
        ConvTranspose2dOp.Call(this, weight, bias, Pair(stride), Pair(padding), Pair(outputPadding), groups);

    public Tensor Linear(Tensor weight, Tensor? bias) => LinearOp.Call(this, weight, bias);

    public Tensor MatMul(Tensor other) => MatMulOp.Call(this, other);

    /// <summary>Training updates <paramref name="mean"/> and <paramref name="variance"/> in place.</summary>
    public Tensor BatchNorm(Tensor? scale, Tensor? shift, Tensor? mean, Tensor? variance, bool training, double momentum, double epsilon) =>
        BatchNormOp.Call(this, scale, shift, mean, variance, training, momentum, epsilon, true);

    /// <summary>
    /// <see cref="BatchNorm"/> and, with <paramref name="relu"/>, <see cref="Relu"/>: the bridge's own operator, which has half the
    /// memory to wait for where a map of bfloat16 lies channels-last.
    /// </summary>
    public Tensor BatchNormRelu(Tensor scale, Tensor shift, Tensor mean, Tensor variance, bool training, double momentum, double epsilon, bool relu) =>
        BatchNormReluOp.Call(this, scale, shift, mean, variance, training, momentum, epsilon, relu);

    public Tensor InstanceNorm(Tensor? scale, Tensor? shift, double epsilon) =>
        InstanceNormOp.Call(this, scale, shift, Argument.None, Argument.None, true, 0.0, epsilon, true);

    public Tensor MaxPool1d(long kernel, long stride) => MaxPool1dOp.Call(this, new[] { kernel }, new[] { stride });

    public Tensor MaxPool2d(int kernel, int stride, int padding) => MaxPool2dOp.Call(this, Pair(kernel), Pair(stride), Pair(padding));

    public Tensor AvgPool2d(int kernel, int stride, int padding, bool countPadding = true) =>
        AvgPool2dOp.Call(this, Pair(kernel), Pair(stride), Pair(padding), false, countPadding);

    public Tensor AdaptiveAvgPool2d(int height, int width) => AdaptiveAvgPool2dOp.Call(this, new long[] { height, width });

    public Tensor Sum() => SumOp.Call(this);

    public Tensor Sum(long[] dims, bool keepDim = false) => SumDim.Call(this, dims, keepDim);

    public Tensor Mean() => MeanOp.Call(this);

    public Tensor Mean(long[] dims, bool keepDim = false) => MeanDim.Call(this, dims, keepDim);

    /// <summary>The variance, divided by count - <paramref name="correction"/>.</summary>
    public Tensor Variance(long[] dims, int correction, bool keepDim = false) => VarDim.Call(this, dims, correction, keepDim);

    public Tensor Amax(long[] dims, bool keepDim = false) => AmaxOp.Call(this, dims, keepDim);

    /// <summary>In pieces of <paramref name="size"/> along one dimension, the last as large as what is left.</summary>
    public Tensor[] Split(long size, int dim)
    {
        var extent = Shape[dim < 0 ? dim + Shape.Count : dim];
        return SplitOp.CallMany((int)((extent + size - 1) / size), this, size, dim);
    }

    public Tensor Narrow(int dim, long start, long length) => NarrowOp.Call(this, dim, start, length);

    /// <param name="index">Of <see cref="ScalarType.Long"/>, one number for each place that the result has along <paramref name="dim"/>.</param>
    public Tensor IndexSelect(int dim, Tensor index) => IndexSelectOp.Call(this, dim, index);

    public Tensor Reshape(params long[] shape) => ReshapeOp.Call(this, shape);

    public Tensor Expand(params long[] shape) => ExpandOp.Call(this, shape);

    public Tensor Transpose(int first, int second) => TransposeOp.Call(this, first, second);

    public Tensor Permute(params long[] order) => PermuteOp.Call(this, order);

    public Tensor Flatten(int from, int to = -1) => FlattenOp.Call(this, from, to);

    public Tensor Flip(params long[] dims) => FlipOp.Call(this, dims);

    /// <summary>[N, C, H, W] to [N, C, <paramref name="height"/>, <paramref name="width"/>].</summary>
    /// <param name="factor">What coordinates are computed with, on both axes; null for the ratio of the sizes.</param>
    public Tensor UpsampleNearest2d(long height, long width, double? factor = null) =>
        UpsampleNearestOp.Call(this, new[] { height, width }, factor, factor);

    /// <inheritdoc cref="UpsampleNearest2d"/>
    public Tensor UpsampleBilinear2d(long height, long width, bool alignCorners, double? factor = null) =>
        UpsampleBilinearOp.Call(this, new[] { height, width }, alignCorners, factor, factor);

    /// <inheritdoc cref="UpsampleNearest2d"/>
    public Tensor UpsampleBicubic2d(long height, long width, bool alignCorners, double? factor = null) =>
        UpsampleBicubicOp.Call(this, new[] { height, width }, alignCorners, factor, factor);

    /// <summary>As Pillow does, before it rounds: a = -0.5, weights inside the map alone, widened on reduction.</summary>
    /// <inheritdoc cref="UpsampleNearest2d"/>
    public Tensor UpsampleBicubic2dAntialiased(long height, long width, bool alignCorners, double? factor = null) =>
        UpsampleBicubicAntialiasedOp.Call(this, new[] { height, width }, alignCorners, factor, factor);

    public Tensor PixelShuffle(int factor) => PixelShuffleOp.Call(this, factor);

    public Tensor PixelUnshuffle(int factor) => PixelUnshuffleOp.Call(this, factor);

    /// <summary>Bilinear samples at <paramref name="grid"/> [N, H, W, 2], x then y in [-1, 1]; corners are pixel centres.</summary>
    public Tensor GridSample(Tensor grid, bool repeatBorder) => GridSampler2dOp.Call(this, grid, 0, repeatBorder ? 1 : 0, true);

    public Tensor ReflectionPad2d(int left, int right, int top, int bottom) => ReflectionPad2dOp.Call(this, new long[] { left, right, top, bottom });

    public Tensor ConstantPad(double value, params long[] padding) => ConstantPadOp.Call(this, padding, value);

    public Tensor FeatureDropout(double probability, bool training) => FeatureDropoutOp.Call(this, probability, training);

    /// <summary>Itself where it has the type already.</summary>
    public Tensor To(ScalarType type) => ToCopyOp.Call(this, type);

    public Tensor To(Device device) => device.Text is { } name ? ToDeviceOp.Call(this, Argument.Text(name), Type) : this;

    /// <summary>Itself where it is laid out so already.</summary>
    public Tensor Contiguous(MemoryFormat format = MemoryFormat.Contiguous) => ContiguousOp.Call(this, format);

    /// <summary>The same values without their history.</summary>
    public Tensor Detach() => DetachOp.Call(this);

    public Tensor Clone() => CloneOp.Call(this);

    /// <summary>True where no value is NaN or infinite.</summary>
    public bool IsFinite()
    {
        using var each = IsFiniteOp.Call(this);
        using var all = AllOp.Call(each);
        return all.Item() != 0;
    }

    /// <summary>mean(softplus(x) - x * target): the logistic loss of logits.</summary>
    public Tensor BinaryCrossEntropyWithLogits(Tensor target) => BinaryCrossEntropyWithLogitsOp.Call(this, target);

    /// <summary>[N, classes, ...] logits against [N, ...] class numbers (Long), mean.</summary>
    public Tensor CrossEntropy(Tensor target) => CrossEntropyOp.Call(this, target);

    /// <summary>Overwrites the values in place.</summary>
    public void Copy(Tensor from) => CopyInPlace.CallInPlace(this, from);

    /// <summary>x += weight * (target - x), in place.</summary>
    public void Lerp(Tensor target, double weight) => LerpInPlace.CallInPlace(this, target, weight);

    private static long[] Pair(int value) => [value, value];
}
