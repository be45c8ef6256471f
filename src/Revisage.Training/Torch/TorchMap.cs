using Revisage.Torch;
using Revisage.Training.Layers;

namespace Revisage.Training.Torch;

/// <summary>How numbers are kept between operators.</summary>
public enum Precision
{
    /// <summary>Everything in 32 bits.</summary>
    Fp32,

    /// <summary>
    /// bfloat16 activations and convolutions, stored channels-last; weights, statistics and whatever LibTorch
    /// 1.13 computes wrongly or not at all in bfloat16 stay in 32 bits.
    /// </summary>
    Bf16,
}

/// <summary>What a forward pass is for.</summary>
/// <param name="Training">Batch statistics, dropout and power iterations are those of training.</param>
public readonly record struct ForwardMode(bool Training, Precision Precision);

/// <summary>
/// The interpreter that computes: a <see cref="FeatureMap"/> over a LibTorch tensor, with autograd.
/// </summary>
public sealed class TorchMap : FeatureMap
{
    /// <summary>Outputs of a linear layer from which on it computes in bfloat16.</summary>
    private const int WideLinear = 4096;

    private readonly TorchNetwork network;
    private readonly ForwardMode mode;
    private readonly Pending? pending;
    private Tensor? value;

    internal TorchMap(Tensor value, TorchNetwork network, ForwardMode mode)
    {
        this.value = value;
        this.network = network;
        this.mode = mode;
    }

    private TorchMap(Pending pending, TorchNetwork network, ForwardMode mode)
    {
        this.pending = pending;
        this.network = network;
        this.mode = mode;
    }

    public Tensor Value => value ??= pending!.Run();

    /// <summary>What it waits with, if nobody has looked yet.</summary>
    private Pending? Waiting => value is null ? pending : null;

    private bool Mixed => mode.Precision == Precision.Bf16;

    public override FeatureMap Conv2d(Weight weight, Weight? bias, int stride = 1, int padding = 0, int dilation = 1, int groups = 1) =>
        With(Waiting is Unshuffled pixels && groups == 1
            ? new Convolution(pixels.RunInRuns(), pixels.Reordered(Narrowed(weight)), Bias(bias), stride, padding, dilation, 1)
            : new Convolution(Narrowed(), Narrowed(weight), Bias(bias), stride, padding, dilation, groups));

    public override FeatureMap ConvTranspose2d(Weight weight, Weight? bias, int stride = 1, int padding = 0, int outputPadding = 0, int groups = 1) =>
        SubPixelConvolution.Of(weight.Shape[2], stride, padding, outputPadding) is { } subPixels && weight.Shape[2] == weight.Shape[3]
            ? SubPixels(subPixels, weight, bias, stride, groups)
            : InFp32(x => x.ConvTranspose2d(Number(weight), bias is null ? null : Number(bias), stride, padding, outputPadding, groups));

    private TorchMap SubPixels(SubPixelConvolution convolution, Weight weight, Weight? bias, int factor, int groups)
    {
        var (numbers, shift) = (convolution.Weight(Number(weight), groups, network.Device), bias is null ? null : convolution.Bias(Number(bias)));
        return groups == 1 && Mixed
            ? With(new Convolution(Narrowed(), AsActivation(numbers), shift?.To(ScalarType.BFloat16), 1, convolution.Padding, 1, 1).RunShuffled(factor))
            : InFp32(x => x.Conv2d(numbers, shift, 1, convolution.Padding, 1, groups).PixelShuffle(factor));
    }

    // A layer of millions of weights waits for their memory; what a smaller one gives are judgements and identities, which have few
    // numbers and need all their digits.
    public override FeatureMap Linear(Weight weight, Weight? bias) =>
        Mixed && weight.Shape[0] >= WideLinear
            ? With(Narrowed().Linear(Narrowed(weight), Bias(bias)))
            : InFp32(x => x.Linear(Number(weight), bias is null ? null : Number(bias)));

    public override FeatureMap BatchNorm(Weight scale, Weight shift, Weight runningMean, Weight runningVariance, double epsilon = 1e-5, double momentum = 0.1) =>
        With(new Normalisation(Value, Number(scale), Number(shift), Number(runningMean), Number(runningVariance), mode.Training, momentum, epsilon));

    public override FeatureMap InstanceNorm(Weight? scale, Weight? shift, double epsilon = 1e-5) =>
        InFp32(x => x.InstanceNorm(scale is null ? null : Number(scale), shift is null ? null : Number(shift), epsilon));

    public override FeatureMap Relu() => With(Waiting is Normalisation norm ? norm.RunWithRelu() : Value.Relu());

    public override FeatureMap LeakyRelu(double slope) => With(Value.LeakyRelu(slope));

    public override FeatureMap PRelu(Weight slope) => With(Value.PRelu(AsValue(Number(slope))));

    public override FeatureMap Sigmoid() => With(Value.Sigmoid());

    public override FeatureMap Tanh() => With(Value.Tanh());

    // The weights of an attention stay in the precision and layout of the map: LibTorch sums in 32 bits, and to turn them channels-last and
    // back takes longer than they do.
    public override FeatureMap Softmax(int axis) => Value.Shape.Count == 4 && axis == -1 ? With(Value.Softmax(axis)) : InFp32(x => x.Softmax(axis));

    public override FeatureMap Abs() => With(Value.Abs());

    public override FeatureMap Clamp(double minimum, double maximum) => With(Value.Clamp(minimum, maximum));

    public override FeatureMap Affine(double factor, double offset)
    {
        var scaled = factor == 1 ? Value : Value * factor;
        return With(offset == 0 ? scaled : scaled + offset);
    }

    public override FeatureMap Multiply(Weight weight) => With(Value * AsValue(Number(weight)));

    public override FeatureMap Add(Weight weight) => With(Value + AsValue(Number(weight)));

    // Between maps and numbers of which there are few, the wider type wins, as LibTorch has it.
    public override FeatureMap Concat(params FeatureMap[] others) => With(Tensor.Cat([Value, .. others.Select(Same)], 1));

    public override FeatureMap Channels(int from, int count) => With(Value.Narrow(1, from, count));

    // The gradient of each part alone would be a map as large as the whole.
    public override IReadOnlyList<FeatureMap> Split(int parts, int channels) => [.. Value.Split(channels, 1).Select(With)];

    public override FeatureMap MaxPool(int kernel, int stride, int padding = 0) => With(Value.MaxPool2d(kernel, stride, padding));

    public override FeatureMap AveragePool(int kernel, int stride, int padding = 0, bool countPadding = true) =>
        With(Value.AvgPool2d(kernel, stride, padding, countPadding));

    // Channels-last, pooling's own gradients come back in the other layout, and every addition to them moves single numbers. The
    // gradient of a sum is no array at all.
    public override FeatureMap GlobalAveragePool()
    {
        var shape = Value.Shape;
        return With(Mixed ? Value.Sum([2, 3], keepDim: true) * (1.0 / (shape[2] * shape[3])) : Value.AdaptiveAvgPool2d(1, 1));
    }

    public override FeatureMap GlobalMaxPool() => With(Value.Amax([2, 3], keepDim: true));

    // As a convolution, for the gradient's layout.
    public override FeatureMap ChannelMean()
    {
        var channels = Value.Shape[1];
        return With(Mixed ? Narrowed().Conv2d(AsActivation(Tensor.Full(1.0 / channels, 1, channels, 1, 1).To(network.Device)), null, 1, 0, 1, 1) : Value.Mean([1], keepDim: true));
    }

    // As pooling along a row of channels, for the gradient's layout.
    public override FeatureMap ChannelMax()
    {
        var shape = Value.Shape;
        var (n, channels, height, width) = (shape[0], shape[1], shape[2], shape[3]);
        return With(Value.Permute(0, 2, 3, 1).Reshape(n, height * width, channels).MaxPool1d(channels, channels).Reshape(n, 1, height, width));
    }

    public override FeatureMap Resize(Interpolation interpolation, double factor, bool alignCorners = false)
    {
        var shape = Value.Shape;
        var (height, width) = ((long)Math.Floor(shape[2] * factor), (long)Math.Floor(shape[3] * factor));
        return interpolation switch
        {
            Interpolation.Nearest => With(Value.UpsampleNearest2d(height, width, factor)),
            // In bf16 both would compute their coordinates, and sum their gradients, in bf16.
            Interpolation.Bilinear => InFp32(x => x.UpsampleBilinear2d(height, width, alignCorners, factor)),
            Interpolation.Bicubic => InFp32(x => x.UpsampleBicubic2d(height, width, alignCorners, factor)),
            // Where it enlarges, antialiasing changes nothing but the coefficient and the border.
            Interpolation.PillowBicubic => InFp32(x => x.UpsampleBicubic2dAntialiased(height, width, alignCorners, factor)),
            _ => throw new ArgumentOutOfRangeException(nameof(interpolation), interpolation, null),
        };
    }

    public override FeatureMap PixelShuffle(int factor) => With(
        Mixed && Waiting is Convolution { Groups: 1 } convolution ? convolution.RunShuffled(factor) : Value.PixelShuffle(factor));

    public override FeatureMap PixelUnshuffle(int factor) => Mixed ? With(new Unshuffled(Narrowed(), factor)) : With(Value.PixelUnshuffle(factor));

    public override FeatureMap Warp(FeatureMap flow, WarpBorder border)
    {
        var offsets = Same(flow).To(ScalarType.Float);
        var shape = Value.Shape;
        var (height, width) = (shape[2], shape[3]);
        var x = Positions(width).Reshape(1, 1, width) + offsets.Narrow(1, 0, 1).Reshape(-1, height, width) * (2.0 / (width - 1));
        var y = Positions(height).Reshape(1, height, 1) + offsets.Narrow(1, 1, 1).Reshape(-1, height, width) * (2.0 / (height - 1));
        var grid = Tensor.Stack([x, y], 3);
        return InFp32(value =>
        {
            var sampled = value.GridSample(grid, border == WarpBorder.Edge);
            return border == WarpBorder.Cut ? sampled * (Inside(x) * Inside(y)).Reshape(-1, 1, height, width) : sampled;
        });
    }

    /// <summary>1 where a coordinate lies in [-1, 1), 0 elsewhere.</summary>
    private static Tensor Inside(Tensor coordinate)
    {
        using var mode = Autograd.WithoutGradients();
        return ((coordinate + 1) * BorderSlope + 1).Clamp(0, 1) * ((1 - coordinate) * BorderSlope).Clamp(0, 1);
    }

    public override FeatureMap AffineWarp(FeatureMap similarity)
    {
        var parameters = Same(similarity).To(ScalarType.Float);
        var shape = Value.Shape;
        var (height, width) = (shape[2], shape[3]);
        Tensor Parameter(int index) => parameters.Narrow(1, index, 1).Reshape(-1, 1, 1);
        var (angle, scale) = (Parameter(0), Parameter(1));
        var (cos, sin) = (scale * angle.Cos(), scale * angle.Sin());
        var (x, y) = (Positions(width).Reshape(1, 1, width), Positions(height).Reshape(1, height, 1));
        var grid = Tensor.Stack([cos * x - sin * y + Parameter(3), sin * x + cos * y + Parameter(2)], 3);
        return InFp32(value => value.GridSample(grid, repeatBorder: false));
    }

    public override FeatureMap PadReflect(int left, int right, int top, int bottom) => InFp32(x => x.ReflectionPad2d(left, right, top, bottom));

    public override FeatureMap PadZero(int left, int right, int top, int bottom) => With(Value.ConstantPad(0, left, right, top, bottom));

    public override FeatureMap Flatten() => With(Value.Flatten(1));

    public override FeatureMap Reshape(params int[] shape) => With(Value.Reshape([Value.Shape[0], .. shape.Select(extent => (long)extent)]));

    public override FeatureMap ReshapeAs(FeatureMap other) => With(Value.Reshape([.. Same(other).Shape]));

    public override FeatureMap TransposeLast() => With(Value.Transpose(-1, -2));

    public override FeatureMap MatMul(FeatureMap other)
    {
        var (left, right) = (Value, Same(other));
        return With(left.Type == right.Type ? left.MatMul(right) : AsActivation(left).MatMul(AsActivation(right)));
    }

    public override FeatureMap L2Normalize(double epsilon = 1e-12, int axis = 1) =>
        // Clamped below the root, whose gradient at 0 is not a number.
        InFp32(x => x / (x * x).Sum([axis], keepDim: true).Clamp(epsilon * epsilon, null).Sqrt());

    public override FeatureMap Dropout2d(double probability) => mode.Training ? With(Value.FeatureDropout(probability, true)) : this;

    public override FeatureMap BatchStd(bool unbiased = false)
    {
        var x = Value.To(ScalarType.Float);
        var shape = x.Shape;
        // The same small number as Karras's code: the square root has no gradient at 0.
        var deviation = (x.Variance([0], correction: unbiased && shape[0] > 1 ? 1 : 0, keepDim: true) + 1e-8).Sqrt().Mean();
        return With(Tensor.Cat([Value, AsValue(deviation.Reshape(1, 1, 1, 1).Expand(shape[0], 1, shape[2], shape[3]))], 1));
    }

    protected override FeatureMap Add(FeatureMap other) => Combined(other, (left, right) => left + right);

    protected override FeatureMap Subtract(FeatureMap other) => Combined(other, (left, right) => left - right);

    protected override FeatureMap Multiply(FeatureMap other) => Combined(other, (left, right) => left * right);

    /// <summary>A map stays in the precision of the pass, whatever is repeated over its pixels.</summary>
    private TorchMap Combined(FeatureMap other, Func<Tensor, Tensor, Tensor> combine)
    {
        var (left, right) = (Value, Same(other));
        if (left.Type == right.Type)
        {
            return With(combine(left, right));
        }

        var (wide, narrow) = left.Type == ScalarType.Float ? (left, right) : (right, left);
        return narrow.Shape.Count == 4 && wide.Count < narrow.Count
            ? With(combine(left.To(narrow.Type), right.To(narrow.Type)))
            : With(combine(left, right));
    }

    private Tensor Same(FeatureMap other) => other is TorchMap map && map.network == network
        ? map.Value
        : throw new InvalidOperationException($"A value of {network.Name} cannot be combined with {(other is TorchMap foreign ? $"one of {foreign.network.Name}" : $"a {other.GetType().Name}")}.");

    private TorchMap With(Tensor value) => new(value, network, mode);

    private TorchMap With(Pending pending) => new(pending, network, mode);

    /// <summary>
    /// Computes in 32 bits and returns a map to the precision and layout of the pass. What is no map, such as scores, points and
    /// embeddings, keeps its digits: it is small, and the operators that follow leave it as it is.
    /// </summary>
    private TorchMap InFp32(Func<Tensor, Tensor> compute)
    {
        var result = compute(Value.To(ScalarType.Float));
        return With(Mixed && result.Shape.Count == 4 ? AsActivation(result) : result);
    }

    private static Tensor AsActivation(Tensor value)
    {
        var narrow = value.To(ScalarType.BFloat16);
        return narrow.Shape.Count == 4 ? narrow.Contiguous(MemoryFormat.ChannelsLast) : narrow;
    }

    private Tensor Narrowed() => Mixed ? AsActivation(Value) : Value;

    private Tensor? Bias(Weight? bias) => bias is null ? null : Narrowed(bias);

    private Tensor Narrowed(Weight weight) => Mixed ? AsActivation(Number(weight)) : Number(weight);

    /// <summary>In the type of this map, so that an fp32 weight does not widen a bf16 activation.</summary>
    private Tensor AsValue(Tensor tensor) => Mixed ? tensor.To(Value.Type) : tensor;

    private Tensor Number(Weight weight) => network.Number(weight, mode.Training);

    // The centres of a line of pixels, from -1 to 1 corner to corner.
    private Tensor Positions(long count)
    {
        var positions = new float[count];
        for (var i = 0; i < count; i++)
        {
            positions[i] = count == 1 ? 0 : (float)(2.0 * i / (count - 1) - 1);
        }

        return Tensor.Of(positions, count).To(network.Device);
    }

    /// <summary>An operator that waits to be seen, because there is a faster way for it and the one that may follow together.</summary>
    private abstract record Pending
    {
        /// <summary>Computes it alone.</summary>
        public abstract Tensor Run();
    }

    /// <summary>A batch normalisation and the ReLU behind it, in fewer passes over the map than one after the other.</summary>
    private sealed record Normalisation(
        Tensor Input, Tensor Scale, Tensor Shift, Tensor Mean, Tensor Variance, bool Training, double Momentum, double Epsilon) : Pending
    {
        private bool counted;

        public override Tensor Run() => Run(relu: false);

        public Tensor RunWithRelu() => Run(relu: true);

        private Tensor Run(bool relu)
        {
            // Seen with the ReLU and without, the batch still moves the running statistics once.
            var momentum = counted ? 0 : Momentum;
            counted = true;
            return Input.BatchNormRelu(Scale, Shift, Mean, Variance, Training, momentum, Epsilon, relu);
        }
    }

    /// <summary>An inverse pixel shuffle and, as for <see cref="Convolution.RunShuffled"/>, its faster way before a convolution.</summary>
    private sealed record Unshuffled(Tensor Input, int Factor) : Pending
    {
        public override Tensor Run() => Input.PixelUnshuffle(Factor);

        /// <summary>Its channels in the order [factor, factor, C].</summary>
        public Tensor RunInRuns()
        {
            var shape = Input.Shape;                                // N x C x factor H x factor W
            var (n, channels, height, width) = (shape[0], shape[1], shape[2] / Factor, shape[3] / Factor);
            return Input.Permute(0, 2, 3, 1)
                .Reshape(n, height, Factor, width, Factor * channels)
                .Transpose(2, 3)
                .Reshape(n, height, width, Factor * Factor * channels)
                .Permute(0, 3, 1, 2);                               // N x factor² C x H x W
        }

        /// <summary>The convolution's weight, whose input channels are in the order [C, factor, factor].</summary>
        public Tensor Reordered(Tensor weight)
        {
            var shape = weight.Shape;
            return weight.Reshape(shape[0], shape[1] / (Factor * Factor), Factor * Factor, -1).Transpose(1, 2).Reshape([.. shape]).Contiguous(MemoryFormat.ChannelsLast);
        }
    }

    private sealed record Convolution(Tensor Input, Tensor Weight, Tensor? Bias, int Stride, int Padding, int Dilation, int Groups) : Pending
    {
        public override Tensor Run() => Input.Conv2d(Weight, Bias, Stride, Padding, Dilation, Groups);

        /// <summary>
        /// The convolution and the pixel shuffle behind it. Channels-last, shuffling moves single numbers about; with
        /// the output channels in the order [factor, factor, C] instead of [C, factor, factor], whole runs of them.
        /// </summary>
        public Tensor RunShuffled(int factor)
        {
            var weight = Reordered(Weight, factor).Contiguous(MemoryFormat.ChannelsLast);
            var bias = Bias is null ? null : Reordered(Bias, factor);
            var y = Input.Conv2d(weight, bias, Stride, Padding, Dilation, Groups);
            var shape = y.Shape;                                    // N x factor² C x H x W
            var (n, channels, height, width) = (shape[0], shape[1] / (factor * factor), shape[2], shape[3]);
            return y.Permute(0, 2, 3, 1)
                .Reshape(n, height, width, factor, factor * channels)
                .Transpose(2, 3)
                .Reshape(n, factor * height, factor * width, channels)
                .Permute(0, 3, 1, 2);                               // N x C x factor H x factor W
        }

        private static Tensor Reordered(Tensor weight, int factor)
        {
            var shape = weight.Shape;
            return weight.Reshape(shape[0] / (factor * factor), factor * factor, -1).Transpose(0, 1).Reshape([.. shape]);
        }
    }
}
