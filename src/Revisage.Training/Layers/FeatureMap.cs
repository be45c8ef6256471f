namespace Revisage.Training.Layers;

/// <summary>
/// The value that networks compute on. A network is written once against these operators and interpreted
/// three ways: executed with autograd (<c>TorchMap</c>), recorded as ONNX (<c>OnnxMap</c>), or walked for
/// shapes, parameters and multiply-adds (<c>ShapeMap</c>). What has no operator here cannot be written,
/// so what can be written can be exported.
/// </summary>
/// <remarks>
/// Maps are [N, C, H, W] unless an operator says otherwise, N is free and never asked for. Nothing is done in
/// place. Values of two interpreters, or of two contexts of one, do not mix: operators throw
/// <see cref="InvalidOperationException"/>.
/// </remarks>
public abstract class FeatureMap
{
    /// <summary>A ramp so steep that the next number of 32 bits beside 1 or -1 is past its end.</summary>
    private protected const double BorderSlope = 1e9;

    /// <summary>Cross-correlation. <paramref name="weight"/> is [Out, In / groups, K, K], <paramref name="bias"/> [Out].</summary>
    public abstract FeatureMap Conv2d(Weight weight, Weight? bias, int stride = 1, int padding = 0, int dilation = 1, int groups = 1);

    /// <summary>The transpose of <see cref="Conv2d"/>. <paramref name="weight"/> is [In, Out / groups, K, K].</summary>
    public abstract FeatureMap ConvTranspose2d(Weight weight, Weight? bias, int stride = 1, int padding = 0, int outputPadding = 0, int groups = 1);

    /// <summary>[N, In] to [N, Out]. <paramref name="weight"/> is [Out, In], <paramref name="bias"/> [Out].</summary>
    public abstract FeatureMap Linear(Weight weight, Weight? bias);

    /// <summary>
    /// Normalises each channel by the batch's statistics in training, and by the running ones otherwise.
    /// Training updates the running statistics (buffers) with PyTorch's <paramref name="momentum"/>.
    /// </summary>
    public abstract FeatureMap BatchNorm(Weight scale, Weight shift, Weight runningMean, Weight runningVariance, double epsilon = 1e-5, double momentum = 0.1);

    /// <summary>Normalises each channel of each image by its own mean and (biased) variance.</summary>
    public abstract FeatureMap InstanceNorm(Weight? scale, Weight? shift, double epsilon = 1e-5);

    public abstract FeatureMap Relu();

    public abstract FeatureMap LeakyRelu(double slope);

    /// <summary><paramref name="slope"/> is [C], or [1] for one slope shared by all channels.</summary>
    public abstract FeatureMap PRelu(Weight slope);

    public abstract FeatureMap Sigmoid();

    public abstract FeatureMap Tanh();

    /// <summary>Along <paramref name="axis"/>, which may be negative (-1 is the last).</summary>
    public abstract FeatureMap Softmax(int axis);

    public abstract FeatureMap Abs();

    /// <summary>To [<paramref name="minimum"/>, <paramref name="maximum"/>].</summary>
    public abstract FeatureMap Clamp(double minimum, double maximum);

    /// <summary>Element by element; axes of extent 1 are repeated.</summary>
    protected abstract FeatureMap Add(FeatureMap other);

    /// <inheritdoc cref="Add(FeatureMap)"/>
    protected abstract FeatureMap Subtract(FeatureMap other);

    /// <inheritdoc cref="Add(FeatureMap)"/>
    protected abstract FeatureMap Multiply(FeatureMap other);

    /// <summary>x * <paramref name="factor"/> + <paramref name="offset"/>, with constants.</summary>
    public abstract FeatureMap Affine(double factor, double offset);

    /// <summary>x * w or x + w with a learned weight whose shape broadcasts against the map, such as [1, C, 1, 1].</summary>
    public abstract FeatureMap Multiply(Weight weight);

    /// <inheritdoc cref="Multiply(Weight)"/>
    public abstract FeatureMap Add(Weight weight);

    /// <summary>This map's channels, then those of <paramref name="others"/>, in order.</summary>
    public abstract FeatureMap Concat(params FeatureMap[] others);

    /// <summary>The <paramref name="count"/> channels from <paramref name="from"/> on.</summary>
    public abstract FeatureMap Channels(int from, int count);

    /// <summary>The channels in <paramref name="parts"/> maps of <paramref name="channels"/> each, in order.</summary>
    public virtual IReadOnlyList<FeatureMap> Split(int parts, int channels) =>
        [.. Enumerable.Range(0, parts).Select(part => Channels(part * channels, channels))];

    /// <summary>Floor mode: borders that do not fill a window are dropped; padding never wins.</summary>
    public abstract FeatureMap MaxPool(int kernel, int stride, int padding = 0);

    /// <summary>Floor mode.</summary>
    /// <param name="countPadding">Whether the padding's zeros count in the mean, as PyTorch's default has it; TensorFlow's has it not.</param>
    public abstract FeatureMap AveragePool(int kernel, int stride, int padding = 0, bool countPadding = true);

    /// <summary>[N, C, H, W] to [N, C, 1, 1].</summary>
    public abstract FeatureMap GlobalAveragePool();

    /// <summary>[N, C, H, W] to [N, C, 1, 1], the largest value.</summary>
    public abstract FeatureMap GlobalMaxPool();

    /// <summary>[N, C, H, W] to [N, 1, H, W].</summary>
    public abstract FeatureMap ChannelMean();

    /// <summary>[N, C, H, W] to [N, 1, H, W].</summary>
    public abstract FeatureMap ChannelMax();

    /// <summary>
    /// <paramref name="factor"/> times the height and width, without antialiasing. Nearest takes floor(y / factor);
    /// bilinear and bicubic sample at pixel centres, or corner to corner with <paramref name="alignCorners"/>.
    /// Bicubic has PyTorch's coefficient a = -0.75, Pillow's has -0.5.
    /// </summary>
    public abstract FeatureMap Resize(Interpolation interpolation, double factor, bool alignCorners = false);

    /// <summary>[N, C * factor², H, W] to [N, C, H * factor, W * factor] (PyTorch's channel order, ONNX's CRD).</summary>
    public abstract FeatureMap PixelShuffle(int factor);

    /// <summary>The inverse of <see cref="PixelShuffle"/>.</summary>
    public abstract FeatureMap PixelUnshuffle(int factor);

    /// <summary>
    /// Samples this map bilinearly at <paramref name="flow"/>'s offsets: out(x, y) = this(x + flow_0, y + flow_1),
    /// in pixels of this map.
    /// </summary>
    /// <param name="flow">[N, 2, H, W]: x, then y, of this map's height and width.</param>
    /// <param name="border">What lies outside.</param>
    public abstract FeatureMap Warp(FeatureMap flow, WarpBorder border);

    /// <summary>
    /// Spatial transformer with a similarity transform about the centre (Jaderberg 2015): bilinear, zeros outside.
    /// In coordinates of [-1, 1] corner to corner, source = scale * R(angle) * target + (tx, ty).
    /// </summary>
    /// <param name="similarity">[N, 4]: angle in radians, scale, ty, tx.</param>
    public abstract FeatureMap AffineWarp(FeatureMap similarity);

    /// <summary>Mirrored without repeating the border pixel.</summary>
    public abstract FeatureMap PadReflect(int left, int right, int top, int bottom);

    public abstract FeatureMap PadZero(int left, int right, int top, int bottom);

    /// <summary>[N, C, H, W] to [N, C * H * W].</summary>
    public abstract FeatureMap Flatten();

    /// <summary>
    /// To [N, ..<paramref name="shape"/>], row-major; the count of values an image has must stay. One extent may be -1:
    /// what the others leave.
    /// </summary>
    public abstract FeatureMap Reshape(params int[] shape);

    /// <summary>To the shape of <paramref name="other"/>, row-major: back to a map whose size a network does not know.</summary>
    public abstract FeatureMap ReshapeAs(FeatureMap other);

    /// <summary>Swaps the last two axes.</summary>
    public abstract FeatureMap TransposeLast();

    /// <summary>Batched product over the last two axes: [.., A, B] x [.., B, C] to [.., A, C].</summary>
    public abstract FeatureMap MatMul(FeatureMap other);

    /// <summary>x / max(|x|, epsilon), the Euclidean norm taken along <paramref name="axis"/>, which may be negative.</summary>
    public abstract FeatureMap L2Normalize(double epsilon = 1e-12, int axis = 1);

    /// <summary>
    /// Training only: whole channels are dropped with <paramref name="probability"/>, the rest scaled up; of [N, F], single
    /// features. Identity otherwise.
    /// </summary>
    public abstract FeatureMap Dropout2d(double probability);

    /// <summary>
    /// Training only (critics): appends one channel that holds the mean over features of the standard deviation
    /// over the batch (Karras 2018, section 3).
    /// </summary>
    /// <param name="unbiased">Divides by one less than the batch, as PyTorch's <c>std</c> does; of one image it is 0 all the same.</param>
    public abstract FeatureMap BatchStd(bool unbiased = false);

    public static FeatureMap operator +(FeatureMap left, FeatureMap right) => left.Add(right);

    public static FeatureMap operator -(FeatureMap left, FeatureMap right) => left.Subtract(right);

    public static FeatureMap operator *(FeatureMap left, FeatureMap right) => left.Multiply(right);

    public static FeatureMap operator +(FeatureMap left, double right) => left.Affine(1, right);

    public static FeatureMap operator -(FeatureMap left, double right) => left.Affine(1, -right);

    public static FeatureMap operator *(FeatureMap left, double right) => left.Affine(right, 0);

    public static FeatureMap operator *(double left, FeatureMap right) => right.Affine(left, 0);
}

public enum Interpolation
{
    Nearest,
    Bilinear,
    Bicubic,

    /// <summary>
    /// Enlarges as Pillow does before it rounds: a = -0.5, and at the border the pixels that there are weigh more
    /// instead of being repeated.
    /// </summary>
    PillowBicubic,
}

/// <summary>What <see cref="FeatureMap.Warp"/> reads outside the map.</summary>
public enum WarpBorder
{
    Zero,
    Edge,

    /// <summary>
    /// Zero, without blending over the border: a sample outside 0 &lt;= x &lt; W - 1, 0 &lt;= y &lt; H - 1 is 0, also one that falls
    /// on the last row or column itself (the sampler of GWAInet's authors).
    /// </summary>
    Cut,
}
