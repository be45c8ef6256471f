namespace Revisage.Training.Layers;

/// <summary>
/// A map without numbers: only its shape, N left out. Every operator checks that its operands fit, which is
/// where all interpreters' size rules are written down, and adds its multiply-adds to the walk's tally.
/// </summary>
public sealed class ShapeMap : FeatureMap
{
    private readonly ShapeTally tally;

    internal ShapeMap(IReadOnlyList<int> shape, ShapeTally tally) => (Shape, this.tally) = (shape, tally);

    /// <summary>[C, H, W] or what an operator made of it; N is free and comes before.</summary>
    public IReadOnlyList<int> Shape { get; }

    private int Channel => Shape[0];

    private int Height => Shape[1];

    private int Width => Shape[2];

    public override string ToString() => Text(Shape);

    public override FeatureMap Conv2d(Weight weight, Weight? bias, int stride = 1, int padding = 0, int dilation = 1, int groups = 1)
    {
        const string op = nameof(Conv2d);
        MustBeMap(op, weight);
        MustTake(op, weight, weight.Shape[1] * groups, Channel);
        MustDivide(op, weight, weight.Shape[0], groups, "outputs");
        MustHold(op, bias, weight.Shape[0]);
        int Extent(int extent, int kernel) => Windows(extent + 2 * padding, dilation * (kernel - 1) + 1, stride);
        var shape = MustNotVanish(op, weight, [weight.Shape[0], Extent(Height, weight.Shape[2]), Extent(Width, weight.Shape[3])]);
        tally.Count(weight, weight.Count * shape[1] * shape[2]);
        return New(shape);
    }

    public override FeatureMap ConvTranspose2d(Weight weight, Weight? bias, int stride = 1, int padding = 0, int outputPadding = 0, int groups = 1)
    {
        const string op = nameof(ConvTranspose2d);
        MustBeMap(op, weight);
        MustTake(op, weight, weight.Shape[0], Channel);
        MustDivide(op, weight, weight.Shape[0], groups, "inputs");
        MustHold(op, bias, weight.Shape[1] * groups);
        int Extent(int extent, int kernel) => (extent - 1) * stride - 2 * padding + kernel + outputPadding;
        var shape = MustNotVanish(op, weight, [weight.Shape[1] * groups, Extent(Height, weight.Shape[2]), Extent(Width, weight.Shape[3])]);
        tally.Count(weight, weight.Count * Height * Width);
        return New(shape);
    }

    public override FeatureMap Linear(Weight weight, Weight? bias)
    {
        const string op = nameof(Linear);
        if (Shape.Count != 1)
        {
            throw Fault(op, weight, "takes one row of features per image; flatten the input first");
        }

        MustTake(op, weight, weight.Shape[1], Channel, "features");
        MustHold(op, bias, weight.Shape[0]);
        tally.Count(weight, weight.Count);
        return New(weight.Shape[0]);
    }

    public override FeatureMap BatchNorm(Weight scale, Weight shift, Weight runningMean, Weight runningVariance, double epsilon = 1e-5, double momentum = 0.1)
    {
        foreach (var weight in (Weight[])[scale, shift, runningMean, runningVariance])
        {
            MustTake(nameof(BatchNorm), weight, weight.Shape[0], Channel);
        }

        return this;
    }

    public override FeatureMap InstanceNorm(Weight? scale, Weight? shift, double epsilon = 1e-5)
    {
        MustBeMap(nameof(InstanceNorm), scale);
        foreach (var weight in new[] { scale, shift }.OfType<Weight>())
        {
            MustTake(nameof(InstanceNorm), weight, weight.Shape[0], Channel);
        }

        return this;
    }

    public override FeatureMap Relu() => this;

    public override FeatureMap LeakyRelu(double slope) => this;

    public override FeatureMap PRelu(Weight slope)
    {
        if (slope.Count != 1)
        {
            MustTake(nameof(PRelu), slope, slope.Shape[0], Channel);
        }

        return this;
    }

    public override FeatureMap Sigmoid() => this;

    public override FeatureMap Tanh() => this;

    public override FeatureMap Softmax(int axis) =>
        axis is not 0 && axis >= -Shape.Count && axis <= Shape.Count
            ? this
            : throw Fault(nameof(Softmax), null, $"has no axis {axis} beside the batch's");

    public override FeatureMap Abs() => this;

    public override FeatureMap Clamp(double minimum, double maximum) =>
        minimum <= maximum ? this : throw Fault(nameof(Clamp), null, $"has a minimum of {minimum}, above its maximum of {maximum}");

    protected override FeatureMap Add(FeatureMap other) => Broadcast("+", other);

    protected override FeatureMap Subtract(FeatureMap other) => Broadcast("-", other);

    protected override FeatureMap Multiply(FeatureMap other) => Broadcast("*", other);

    public override FeatureMap Affine(double factor, double offset) => this;

    public override FeatureMap Multiply(Weight weight) => Broadcast("*", weight);

    public override FeatureMap Add(Weight weight) => Broadcast("+", weight);

    public override FeatureMap Concat(params FeatureMap[] others)
    {
        ArgumentNullException.ThrowIfNull(others);
        var channels = Channel;
        foreach (var other in others.Select(Same))
        {
            if (!other.Shape.Skip(1).SequenceEqual(Shape.Skip(1)))
            {
                throw Fault(nameof(Concat), null, $"takes maps of one size, but the other is {other}");
            }

            channels += other.Channel;
        }

        return New([channels, .. Shape.Skip(1)]);
    }

    public override FeatureMap Channels(int from, int count) =>
        from >= 0 && count > 0 && from + count <= Channel
            ? New([count, .. Shape.Skip(1)])
            : throw Fault(nameof(Channels), null, $"takes channels {from} to {from + count - 1}, but its input has {Channel}");

    public override FeatureMap MaxPool(int kernel, int stride, int padding = 0) => Pool(nameof(MaxPool), kernel, stride, padding);

    public override FeatureMap AveragePool(int kernel, int stride, int padding = 0, bool countPadding = true) => Pool(nameof(AveragePool), kernel, stride, padding);

    public override FeatureMap GlobalAveragePool() => MustBeMap(nameof(GlobalAveragePool)).New(Channel, 1, 1);

    public override FeatureMap GlobalMaxPool() => MustBeMap(nameof(GlobalMaxPool)).New(Channel, 1, 1);

    public override FeatureMap ChannelMean() => New([1, .. Shape.Skip(1)]);

    public override FeatureMap ChannelMax() => New([1, .. Shape.Skip(1)]);

    public override FeatureMap Resize(Interpolation interpolation, double factor, bool alignCorners = false)
    {
        MustBeMap(nameof(Resize));
        if (alignCorners && interpolation is Interpolation.Nearest)
        {
            throw Fault(nameof(Resize), null, "has no aligned corners when it takes the nearest pixel");
        }

        if (interpolation is Interpolation.PillowBicubic && (alignCorners || factor < 1))
        {
            throw Fault(nameof(Resize), null, "enlarges as Pillow does, from pixel centres: it takes no factor below 1 and no aligned corners");
        }

        return New(MustNotVanish(nameof(Resize), null, [Channel, (int)(Height * factor), (int)(Width * factor)]));
    }

    public override FeatureMap PixelShuffle(int factor)
    {
        MustBeMap(nameof(PixelShuffle));
        MustDivide(nameof(PixelShuffle), null, Channel, factor * factor, "channels");
        return New(Channel / (factor * factor), Height * factor, Width * factor);
    }

    public override FeatureMap PixelUnshuffle(int factor)
    {
        MustBeMap(nameof(PixelUnshuffle));
        MustDivide(nameof(PixelUnshuffle), null, Height, factor, "rows");
        MustDivide(nameof(PixelUnshuffle), null, Width, factor, "columns");
        return New(Channel * factor * factor, Height / factor, Width / factor);
    }

    public override FeatureMap Warp(FeatureMap flow, WarpBorder border)
    {
        MustBeSampled(nameof(Warp));
        return Same(flow).Shape.SequenceEqual([2, Height, Width])
            ? this
            : throw Fault(nameof(Warp), null, $"takes a flow of Nx2x{Height}x{Width}, but it is {flow}");
    }

    public override FeatureMap AffineWarp(FeatureMap similarity)
    {
        MustBeSampled(nameof(AffineWarp));
        return Same(similarity).Shape.SequenceEqual([4])
            ? this
            : throw Fault(nameof(AffineWarp), null, $"takes transforms of Nx4, but they are {similarity}");
    }

    public override FeatureMap PadReflect(int left, int right, int top, int bottom)
    {
        MustBeMap(nameof(PadReflect));
        return Math.Max(left, right) < Width && Math.Max(top, bottom) < Height
            ? PadZero(left, right, top, bottom)
            : throw Fault(nameof(PadReflect), null, $"mirrors {Math.Max(left, right)} columns and {Math.Max(top, bottom)} rows, more than the map has beside its border");
    }

    public override FeatureMap PadZero(int left, int right, int top, int bottom) =>
        MustBeMap(nameof(PadZero)).New(Channel, Height + top + bottom, Width + left + right);

    public override FeatureMap Flatten() => New(Count(Shape));

    public override FeatureMap Reshape(params int[] shape)
    {
        ArgumentNullException.ThrowIfNull(shape);
        var open = Array.IndexOf(shape, -1);
        var rest = open < 0 ? 1 : Count([.. shape.Where((_, axis) => axis != open)]);
        MustDivide(nameof(Reshape), null, Count(Shape), rest, "values");
        int[] whole = [.. shape.Select((extent, axis) => axis == open ? Count(Shape) / rest : extent)];
        return Count(whole) == Count(Shape)
            ? New(whole)
            : throw Fault(nameof(Reshape), null, $"makes {Text(shape)}, which holds {Count(shape)} values an image, of {Count(Shape)}");
    }

    public override FeatureMap ReshapeAs(FeatureMap other) => Reshape([.. Same(other).Shape]);

    public override FeatureMap TransposeLast() =>
        Shape.Count >= 2
            ? New([.. Shape.SkipLast(2), Shape[^1], Shape[^2]])
            : throw Fault(nameof(TransposeLast), null, "takes two axes beside the batch's");

    public override FeatureMap MatMul(FeatureMap other)
    {
        var right = Same(other).Shape;
        if (Shape.Count < 2 || right.Count != Shape.Count || right[^2] != Shape[^1] || !right.SkipLast(2).SequenceEqual(Shape.SkipLast(2)))
        {
            throw Fault(nameof(MatMul), null, $"takes [.., A, B] and [.., B, C], but the right is {other}");
        }

        tally.Count(null, (long)Count(Shape) * right[^1]);
        return New([.. Shape.SkipLast(1), right[^1]]);
    }

    public override FeatureMap L2Normalize(double epsilon = 1e-12, int axis = 1) => this;

    public override FeatureMap Dropout2d(double probability) =>
        probability is >= 0 and < 1 ? this : throw Fault(nameof(Dropout2d), null, $"has a probability of {probability}, not in [0, 1)");

    public override FeatureMap BatchStd(bool unbiased = false) => MustBeMap(nameof(BatchStd)).New(Channel + 1, Height, Width);

    private static int Count(IReadOnlyList<int> shape) => shape.Aggregate(1, (count, extent) => checked(count * extent));

    private static string Text(IReadOnlyList<int> shape) => $"Nx{string.Join('x', shape)}";

    private ShapeMap New(params IReadOnlyList<int> shape) => new(shape, tally);

    /// <summary>How many windows of <paramref name="span"/> fit, each <paramref name="stride"/> after the last.</summary>
    private static int Windows(int extent, int span, int stride) => extent < span ? 0 : (extent - span) / stride + 1;

    private ShapeMap Pool(string op, int kernel, int stride, int padding)
    {
        MustBeMap(op);
        if (2 * padding > kernel)
        {
            throw Fault(op, null, $"pads by {padding}, more than half its window of {kernel}");
        }

        int Extent(int extent) => Windows(extent + 2 * padding, kernel, stride);
        return New(MustNotVanish(op, null, [Channel, Extent(Height), Extent(Width)]));
    }

    private ShapeMap Broadcast(string op, FeatureMap other) => Broadcast(op, null, Same(other).Shape);

    private ShapeMap Broadcast(string op, Weight weight)
    {
        // A weight has no batch: its first axis is 1, or it lacks leading axes.
        var missing = Shape.Count + 1 - weight.Shape.Count;
        var whole = (IReadOnlyList<int>)[.. Enumerable.Repeat(1, Math.Max(0, missing)), .. weight.Shape];
        return missing >= 0 && whole[0] == 1
            ? Broadcast(op, weight, [.. whole.Skip(1)])
            : throw Fault($"'{op}'", weight, $"does not broadcast from {string.Join('x', weight.Shape)}");
    }

    private ShapeMap Broadcast(string op, Weight? weight, IReadOnlyList<int> other)
    {
        var fits = other.Count == Shape.Count && other.Zip(Shape).All(pair => pair.First == pair.Second || pair.First == 1 || pair.Second == 1);
        return fits
            ? New([.. other.Zip(Shape, Math.Max)])
            : throw Fault($"'{op}'", weight, $"takes maps of one shape, or 1 where they differ, but the right is {Text(other)}");
    }

    private ShapeMap Same(FeatureMap other) =>
        other is ShapeMap map && map.tally == tally
            ? map
            : throw new InvalidOperationException($"A {other.GetType().Name} of another walk cannot be combined with this {nameof(ShapeMap)}.");

    private ShapeMap MustBeMap(string op, Weight? weight = null) =>
        Shape.Count == 3 ? this : throw Fault(op, weight, "takes maps of channels, height and width");

    private void MustBeSampled(string op)
    {
        MustBeMap(op);
        if (Height < 2 || Width < 2)
        {
            throw Fault(op, null, "samples between pixels, so it takes at least 2x2 of them");
        }
    }

    private void MustTake(string op, Weight weight, int taken, int given, string what = "channels")
    {
        if (taken != given)
        {
            throw Fault(op, weight, $"takes {taken} {what}, but its input has {given}");
        }
    }

    private void MustDivide(string op, Weight? weight, int whole, int parts, string what)
    {
        if (whole % parts != 0)
        {
            throw Fault(op, weight, $"splits {whole} {what} into {parts} parts, which leaves a remainder");
        }
    }

    private void MustHold(string op, Weight? bias, int outputs)
    {
        if (bias is not null && bias.Count != outputs)
        {
            throw Fault(op, bias, $"has {bias.Count} biases for {outputs} outputs");
        }
    }

    private IReadOnlyList<int> MustNotVanish(string op, Weight? weight, int[] shape) =>
        shape.All(extent => extent > 0) ? shape : throw Fault(op, weight, "finds its input too small");

    private RevisageException Fault(string op, Weight? weight, string what) =>
        new($"{op}{(weight is null || tally.Owner(weight) is not { } owner ? "" : $" '{owner}'")} {what} (shape {Text(Shape)}).");
}

/// <summary>What a walk gathers: multiply-adds by weight, and which weights were met.</summary>
internal sealed class ShapeTally(IReadOnlyList<NamedWeight> weights)
{
    private readonly Dictionary<Weight, string> paths = weights.ToDictionary(named => named.Weight, named => named.Path);
    private readonly OrderedDictionary<string, long> multiplyAdds = [];

    /// <summary>By the path of the block that owns the weight, in order of first use; the products of two maps under "".</summary>
    public IReadOnlyDictionary<string, long> MultiplyAdds => multiplyAdds;

    /// <summary>The path of the block that owns <paramref name="weight"/>; null for a weight the walk was not told of.</summary>
    public string? Owner(Weight weight) =>
        paths.TryGetValue(weight, out var path) ? path[..Math.Max(0, path.LastIndexOf('.'))] is { Length: > 0 } owner ? owner : path : null;

    public void Count(Weight? weight, long count)
    {
        var owner = weight is null ? "" : Owner(weight) ?? "";
        multiplyAdds[owner] = CollectionExtensions.GetValueOrDefault(multiplyAdds, owner) + count;
    }
}
