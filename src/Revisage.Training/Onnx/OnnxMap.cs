using Revisage.Training.Layers;

namespace Revisage.Training.Onnx;

/// <summary>
/// Records what a network does as nodes of ONNX opset 17. <see cref="ShapeMap"/> checks every operand and knows the sizes
/// that some nodes need as constants.
/// </summary>
internal sealed class OnnxMap(OnnxGraph graph, string value, ShapeMap shape) : FeatureMap
{
    public string Value { get; } = value;

    public IReadOnlyList<int> Shape => shape.Shape;

    public OnnxGraph Graph => graph;

    private int Height => Shape[1];

    private int Width => Shape[2];

    public override FeatureMap Conv2d(Weight weight, Weight? bias, int stride = 1, int padding = 0, int dilation = 1, int groups = 1) =>
        New(shape.Conv2d(weight, bias, stride, padding, dilation, groups), graph.Add("Conv", weight, WithBias(weight, bias),
            ("kernel_shape", [weight.Shape[2], weight.Shape[3]]), ("strides", [stride, stride]),
            ("pads", [padding, padding, padding, padding]), ("dilations", [dilation, dilation]), ("group", groups)));

    public override FeatureMap ConvTranspose2d(Weight weight, Weight? bias, int stride = 1, int padding = 0, int outputPadding = 0, int groups = 1) =>
        New(shape.ConvTranspose2d(weight, bias, stride, padding, outputPadding, groups), graph.Add("ConvTranspose", weight, WithBias(weight, bias),
            ("kernel_shape", [weight.Shape[2], weight.Shape[3]]), ("strides", [stride, stride]),
            ("pads", [padding, padding, padding, padding]), ("output_padding", [outputPadding, outputPadding]), ("group", groups)));

    public override FeatureMap Linear(Weight weight, Weight? bias) =>
        New(shape.Linear(weight, bias), graph.Add("Gemm", weight, WithBias(weight, bias), ("transB", 1)));

    public override FeatureMap BatchNorm(Weight scale, Weight shift, Weight runningMean, Weight runningVariance, double epsilon = 1e-5, double momentum = 0.1) =>
        New(shape.BatchNorm(scale, shift, runningMean, runningVariance, epsilon, momentum), graph.Add("BatchNormalization", scale,
            [Value, graph.Use(scale), graph.Use(shift), graph.Use(runningMean), graph.Use(runningVariance)], ("epsilon", epsilon)));

    public override FeatureMap InstanceNorm(Weight? scale, Weight? shift, double epsilon = 1e-5)
    {
        // ONNX has no form without scale and shift.
        string Or(Weight? weight, float number) => weight is null ? graph.Floats(Filled(Shape[0], number), Shape[0]) : graph.Use(weight);
        return New(shape.InstanceNorm(scale, shift, epsilon), graph.Add("InstanceNormalization", scale,
            [Value, Or(scale, 1), Or(shift, 0)], ("epsilon", epsilon)));
    }

    public override FeatureMap Relu() => New(shape.Relu(), Add("Relu"));

    public override FeatureMap LeakyRelu(double slope) => New(shape.LeakyRelu(slope), Add("LeakyRelu", ("alpha", slope)));

    public override FeatureMap PRelu(Weight slope)
    {
        // Slopes broadcast from the right, so those of channels need an axis of 1 for each that follows.
        var ones = Enumerable.Repeat(1, Shape.Count - 1);
        return New(shape.PRelu(slope), graph.Add("PRelu", slope, [Value, graph.Use(slope, [(int)slope.Count, .. ones])]));
    }

    public override FeatureMap Sigmoid() => New(shape.Sigmoid(), Add("Sigmoid"));

    public override FeatureMap Tanh() => New(shape.Tanh(), Add("Tanh"));

    public override FeatureMap Softmax(int axis) => New(shape.Softmax(axis), Add("Softmax", ("axis", axis)));

    public override FeatureMap Abs() => New(shape.Abs(), Add("Abs"));

    public override FeatureMap Clamp(double minimum, double maximum) =>
        New(shape.Clamp(minimum, maximum), Add("Clip", [Scalar(minimum), Scalar(maximum)]));

    protected override FeatureMap Add(FeatureMap other) => New(shape + graph.Own(other).Extents, Add("Add", [graph.Own(other).Value]));

    protected override FeatureMap Subtract(FeatureMap other) => New(shape - graph.Own(other).Extents, Add("Sub", [graph.Own(other).Value]));

    protected override FeatureMap Multiply(FeatureMap other) => New(shape * graph.Own(other).Extents, Add("Mul", [graph.Own(other).Value]));

    public override FeatureMap Affine(double factor, double offset)
    {
        var result = Value;
        result = factor is 1 ? result : graph.Add("Mul", null, [result, Scalar(factor)]);
        result = offset is 0 ? result : graph.Add("Add", null, [result, Scalar(offset)]);
        return New(shape.Affine(factor, offset), result);
    }

    public override FeatureMap Multiply(Weight weight) => New(shape.Multiply(weight), graph.Add("Mul", weight, [Value, graph.Use(weight)]));

    public override FeatureMap Add(Weight weight) => New(shape.Add(weight), graph.Add("Add", weight, [Value, graph.Use(weight)]));

    public override FeatureMap Concat(params FeatureMap[] others) =>
        New(shape.Concat([.. others.Select(other => graph.Own(other).Extents)]), Add("Concat", [.. others.Select(other => graph.Own(other).Value)], ("axis", 1)));

    public override FeatureMap Channels(int from, int count) => New(shape.Channels(from, count), Slice(Value, from, count));

    public override FeatureMap MaxPool(int kernel, int stride, int padding = 0) =>
        New(shape.MaxPool(kernel, stride, padding), Add("MaxPool",
            ("kernel_shape", [kernel, kernel]), ("strides", [stride, stride]), ("pads", [padding, padding, padding, padding])));

    public override FeatureMap AveragePool(int kernel, int stride, int padding = 0, bool countPadding = true) =>
        New(shape.AveragePool(kernel, stride, padding, countPadding), Add("AveragePool",
            ("kernel_shape", [kernel, kernel]), ("strides", [stride, stride]), ("pads", [padding, padding, padding, padding]), ("count_include_pad", countPadding ? 1 : 0)));

    public override FeatureMap GlobalAveragePool() => New(shape.GlobalAveragePool(), Add("GlobalAveragePool"));

    public override FeatureMap GlobalMaxPool() => New(shape.GlobalMaxPool(), Add("GlobalMaxPool"));

    public override FeatureMap ChannelMean() => New(shape.ChannelMean(), Add("ReduceMean", ("axes", [1])));

    public override FeatureMap ChannelMax() => New(shape.ChannelMax(), Add("ReduceMax", ("axes", [1])));

    public override FeatureMap Resize(Interpolation interpolation, double factor, bool alignCorners = false)
    {
        var centres = ("coordinate_transformation_mode", alignCorners ? "align_corners" : "half_pixel");
        OnnxAttribute[] attributes = interpolation switch
        {
            Interpolation.Nearest => [("mode", "nearest"), ("coordinate_transformation_mode", "asymmetric"), ("nearest_mode", "floor")],
            Interpolation.Bilinear => [("mode", "linear"), centres],
            Interpolation.PillowBicubic => [("mode", "cubic"), ("cubic_coeff_a", -0.5), ("exclude_outside", 1), centres],
            _ => [("mode", "cubic"), ("cubic_coeff_a", -0.75), centres],
        };
        var scales = graph.Floats([1, 1, (float)factor, (float)factor], 4);
        return New(shape.Resize(interpolation, factor, alignCorners), Add("Resize", ["", scales], attributes));
    }

    // ONNX's default, DCR, orders channels as TensorFlow does.
    public override FeatureMap PixelShuffle(int factor) =>
        New(shape.PixelShuffle(factor), Add("DepthToSpace", ("blocksize", factor), ("mode", "CRD")));

    public override FeatureMap PixelUnshuffle(int factor)
    {
        // SpaceToDepth knows only the order that DCR undoes.
        var whole = (ShapeMap)shape.PixelUnshuffle(factor);
        var split = Reshaped(Value, Shape[0], Height / factor, factor, Width / factor, factor);
        var ordered = graph.Add("Transpose", null, [split], ("perm", [0, 1, 3, 5, 2, 4]));
        return New(whole, Reshaped(ordered, [.. whole.Shape]));
    }

    public override FeatureMap Warp(FeatureMap flow, WarpBorder border)
    {
        var whole = shape.Warp(graph.Own(flow).Extents, border);
        // GridSample counts corner to corner from -1 to 1; a pixel is 2 / (extent - 1) of that.
        var pixel = graph.Floats([2f / (Width - 1), 2f / (Height - 1)], 1, 2, 1, 1);
        var offsets = graph.Add("Mul", null, [graph.Own(flow).Value, pixel]);
        var grid = graph.Add("Add", null, [offsets, graph.Floats(Corners(planes: 2), 1, 2, Height, Width)]);
        var sampled = New(whole, Sampled(graph.Add("Transpose", null, [grid], ("perm", [0, 2, 3, 1])), border));
        if (border is not WarpBorder.Cut)
        {
            return sampled;
        }

        var coordinates = New(graph.Own(flow).Extents, grid);
        var inside = ((coordinates + 1) * BorderSlope + 1).Clamp(0, 1) * ((-1 * coordinates + 1) * BorderSlope).Clamp(0, 1);
        return sampled * inside.Channels(0, 1) * inside.Channels(1, 1);
    }

    public override FeatureMap AffineWarp(FeatureMap similarity)
    {
        var whole = shape.AffineWarp(graph.Own(similarity).Extents);
        string Part(int index) => Slice(graph.Own(similarity).Value, index, 1);
        var (angle, scale, ty, tx) = (Part(0), Part(1), Part(2), Part(3));
        var cos = graph.Add("Mul", null, [scale, graph.Add("Cos", null, [angle])]);
        var sin = graph.Add("Mul", null, [scale, graph.Add("Sin", null, [angle])]);
        var minusSin = graph.Add("Neg", null, [sin]);
        var rows = graph.Add("Concat", null, [cos, minusSin, tx, sin, cos, ty], ("axis", 1));
        var points = graph.Floats(Corners(planes: 3), 3, Height * Width);           // x, y, 1
        var grid = graph.Add("MatMul", null, [Reshaped(rows, 2, 3), points]);         // N x 2 x HW
        var last = graph.Add("Transpose", null, [grid], ("perm", [0, 2, 1]));
        return New(whole, Sampled(Reshaped(last, Height, Width, 2), WarpBorder.Zero));
    }

    public override FeatureMap PadReflect(int left, int right, int top, int bottom) =>
        New(shape.PadReflect(left, right, top, bottom), Add("Pad", [graph.Integers(0, 0, top, left, 0, 0, bottom, right)], ("mode", "reflect")));

    public override FeatureMap PadZero(int left, int right, int top, int bottom) =>
        New(shape.PadZero(left, right, top, bottom), Add("Pad", [graph.Integers(0, 0, top, left, 0, 0, bottom, right)]));

    public override FeatureMap Flatten() => New(shape.Flatten(), Add("Flatten"));

    public override FeatureMap Reshape(params int[] shape) => New(this.Extents.Reshape(shape), Reshaped(Value, shape));

    public override FeatureMap ReshapeAs(FeatureMap other) => Reshape([.. graph.Own(other).Shape]);

    public override FeatureMap TransposeLast()
    {
        var rank = Shape.Count + 1;
        return New(shape.TransposeLast(), Add("Transpose", ("perm", [.. Enumerable.Range(0, rank - 2), rank - 1, rank - 2])));
    }

    public override FeatureMap MatMul(FeatureMap other) => New(shape.MatMul(graph.Own(other).Extents), Add("MatMul", [graph.Own(other).Value]));

    public override FeatureMap L2Normalize(double epsilon = 1e-12, int axis = 1)
    {
        var norm = graph.Add("ReduceL2", null, [Value], ("axes", [axis]));
        return New(shape.L2Normalize(epsilon, axis), Add("Div", [graph.Add("Max", null, [norm, Scalar(epsilon)])]));
    }

    public override FeatureMap Dropout2d(double probability) => throw TrainingOnly(nameof(Dropout2d));

    public override FeatureMap BatchStd(bool unbiased = false) => throw TrainingOnly(nameof(BatchStd));

    private ShapeMap Extents => shape;

    private OnnxMap New(FeatureMap result, string recorded) => graph.Map(recorded, (ShapeMap)result);

    private string Add(string op, params IReadOnlyList<OnnxAttribute> attributes) => Add(op, [], attributes);

    private string Add(string op, IReadOnlyList<string> others, params IReadOnlyList<OnnxAttribute> attributes) =>
        graph.Add(op, null, [Value, .. others], attributes);

    private string[] WithBias(Weight weight, Weight? bias) =>
        bias is null ? [Value, graph.Use(weight)] : [Value, graph.Use(weight), graph.Use(bias)];

    private string Slice(string of, int from, int count) =>
        graph.Add("Slice", null, [of, graph.Integers(from), graph.Integers(from + count), graph.Integers(1)]);

    /// <summary>An extent of 0 keeps the input's own, which is how N stays free.</summary>
    private string Reshaped(string of, params int[] extents) =>
        graph.Add("Reshape", null, [of, graph.Integers([0, .. extents.Select(extent => (long)extent)])]);

    private string Sampled(string grid, WarpBorder border) =>
        Add("GridSample", [grid], ("mode", "bilinear"), ("padding_mode", border is WarpBorder.Edge ? "border" : "zeros"), ("align_corners", 1));

    /// <summary>The pixels' x from -1 to 1, then their y, then (of three planes) 1.</summary>
    private float[] Corners(int planes)
    {
        var size = Height * Width;
        var corners = Filled(planes * size, 1);
        for (var i = 0; i < size; i++)
        {
            corners[i] = (float)(2.0 * (i % Width) / (Width - 1) - 1);
            corners[size + i] = (float)(2.0 * (i / Width) / (Height - 1) - 1);
        }

        return corners;
    }

    private string Scalar(double number) => graph.Floats([(float)number]);

    private static float[] Filled(int count, float number)
    {
        var values = new float[count];
        Array.Fill(values, number);
        return values;
    }

    private RevisageException TrainingOnly(string op) =>
        new($"{graph.Name} uses {op}, which exists in training only: it can be trained, but not exported.");
}
