using Revisage.Training.Layers;

namespace Revisage.Training.Priors.Metrics;

/// <summary>
/// What the Fréchet Inception distance sees of an image (Heusel et al., "GANs Trained by a Two Time-Scale Update Rule Converge to a Local
/// Nash Equilibrium", NeurIPS 2017, section 3): Inception-v3 (Szegedy et al., "Rethinking the Inception Architecture for Computer
/// Vision", CVPR 2016, table 1) up to its last pooling, pool3. [N, 3, S, S], RGB in [0, 1], enlarged to 299x299 bilinearly and
/// brought to [-1, 1], to [N, 2048, 1, 1]; 21,785,568 parameters, named as torchvision names them.
/// </summary>
/// <remarks>
/// As the graph of 2015-12-05 is that FID is reported by, and <c>pytorch-fid</c> carried it over: average pooling does not count what
/// it pads by, and the last block takes the largest instead. Differs from the papers: Heusel's code brings images to 299 pixels by
/// TensorFlow's resizing, which takes pixels by their corners and not their centres. The classifier of 1008 classes is left out.
/// </remarks>
/// <param name="side">Height and width of the faces, S.</param>
public sealed class InceptionNetwork(int side) : Block
{
    /// <summary>Height and width of what the first convolution sees.</summary>
    private const int Seen = 299;

    [StateName("Conv2d_1a_3x3")]
    private readonly InceptionConv conv1a = new(3, 32, 3, 3, stride: 2, padded: false);

    [StateName("Conv2d_2a_3x3")]
    private readonly InceptionConv conv2a = new(32, 32, 3, 3, padded: false);

    [StateName("Conv2d_2b_3x3")]
    private readonly InceptionConv conv2b = new(32, 64, 3, 3);

    [StateName("Conv2d_3b_1x1")]
    private readonly InceptionConv conv3b = new(64, 80, 1, 1);

    [StateName("Conv2d_4a_3x3")]
    private readonly InceptionConv conv4a = new(80, 192, 3, 3, padded: false);

    [StateName("Mixed_5b")]
    private readonly InceptionA mixed5b = new(192, 32);

    [StateName("Mixed_5c")]
    private readonly InceptionA mixed5c = new(256, 64);

    [StateName("Mixed_5d")]
    private readonly InceptionA mixed5d = new(288, 64);

    [StateName("Mixed_6a")]
    private readonly InceptionB mixed6a = new(288);

    [StateName("Mixed_6b")]
    private readonly InceptionC mixed6b = new(768, 128);

    [StateName("Mixed_6c")]
    private readonly InceptionC mixed6c = new(768, 160);

    [StateName("Mixed_6d")]
    private readonly InceptionC mixed6d = new(768, 160);

    [StateName("Mixed_6e")]
    private readonly InceptionC mixed6e = new(768, 192);

    [StateName("Mixed_7a")]
    private readonly InceptionD mixed7a = new(768);

    [StateName("Mixed_7b")]
    private readonly InceptionE mixed7b = new(1280, x => x.AveragePool(3, 1, 1, countPadding: false));

    [StateName("Mixed_7c")]
    private readonly InceptionE mixed7c = new(2048, x => x.MaxPool(3, 1, 1));

    public override FeatureMap Forward(FeatureMap x)
    {
        ArgumentNullException.ThrowIfNull(x);
        x = x.Resize(Interpolation.Bilinear, Enlargement()) * 2 - 1;            // N x 3 x 299 x 299
        x = conv2b.Forward(conv2a.Forward(conv1a.Forward(x))).MaxPool(3, 2);    // N x 64 x 73 x 73
        x = conv4a.Forward(conv3b.Forward(x)).MaxPool(3, 2);                    // N x 192 x 35 x 35
        x = mixed5d.Forward(mixed5c.Forward(mixed5b.Forward(x)));               // N x 288 x 35 x 35
        x = mixed6b.Forward(mixed6a.Forward(x));                                // N x 768 x 17 x 17
        x = mixed6e.Forward(mixed6d.Forward(mixed6c.Forward(x)));
        x = mixed7c.Forward(mixed7b.Forward(mixed7a.Forward(x)));               // N x 2048 x 8 x 8
        return x.GlobalAveragePool();
    }

    /// <summary>299 / S, rounded up in 32 bits: a factor any smaller would be short of a pixel once it is multiplied by S again.</summary>
    private double Enlargement()
    {
        var factor = Seen / (float)side;
        while ((double)factor * side < Seen)
        {
            factor = MathF.BitIncrement(factor);
        }

        return factor;
    }
}

/// <summary>A convolution without a bias, batch normalisation and a ReLU; the kernel may be a row or a column.</summary>
/// <param name="padded">By zeros to the input's size, over the stride.</param>
public sealed class InceptionConv(int inChannels, int outChannels, int height, int width, int stride = 1, bool padded = true) : Block
{
    [StateName("conv.weight")]
    private readonly Weight weight = new([outChannels, inChannels, height, width], Initializers.LayerWeight);

    private readonly BatchNorm2d bn = new(outChannels, epsilon: 1e-3);

    public override FeatureMap Forward(FeatureMap x)
    {
        ArgumentNullException.ThrowIfNull(x);
        var (rows, columns) = padded ? (height / 2, width / 2) : (0, 0);
        // A convolution pads all its sides alike.
        var convolved = rows == columns ? x.Conv2d(weight, null, stride, rows) : x.PadZero(columns, columns, rows, rows).Conv2d(weight, null, stride);
        return bn.Forward(convolved).Relu();
    }
}

/// <summary>Branches over one map whose channels are joined.</summary>
public abstract class InceptionBlock : Block
{
    private protected static FeatureMap Along(FeatureMap x, IEnumerable<InceptionConv> branch) => branch.Aggregate(x, (map, conv) => conv.Forward(map));
}

/// <summary>Szegedy 2016, figure 5, whose 5x5 convolution stays one: C to 224 channels and <paramref name="pooled"/>.</summary>
public sealed class InceptionA(int channels, int pooled) : InceptionBlock
{
    private readonly InceptionConv branch1x1 = new(channels, 64, 1, 1);

    [StateName("branch5x5_{0}", First = 1)]
    private readonly InceptionConv[] branch5x5 = [new(channels, 48, 1, 1), new(48, 64, 5, 5)];

    [StateName("branch3x3dbl_{0}", First = 1)]
    private readonly InceptionConv[] branch3x3dbl = [new(channels, 64, 1, 1), new(64, 96, 3, 3), new(96, 96, 3, 3)];

    [StateName("branch_pool")]
    private readonly InceptionConv branchPool = new(channels, pooled, 1, 1);

    public override FeatureMap Forward(FeatureMap x)
    {
        ArgumentNullException.ThrowIfNull(x);
        return branch1x1.Forward(x).Concat(
            Along(x, branch5x5), Along(x, branch3x3dbl), branchPool.Forward(x.AveragePool(3, 1, 1, countPadding: false)));
    }
}

/// <summary>Halves height and width (Szegedy 2016, figure 10): C to C + 480 channels.</summary>
public sealed class InceptionB(int channels) : InceptionBlock
{
    private readonly InceptionConv branch3x3 = new(channels, 384, 3, 3, stride: 2, padded: false);

    [StateName("branch3x3dbl_{0}", First = 1)]
    private readonly InceptionConv[] branch3x3dbl = [new(channels, 64, 1, 1), new(64, 96, 3, 3), new(96, 96, 3, 3, stride: 2, padded: false)];

    public override FeatureMap Forward(FeatureMap x)
    {
        ArgumentNullException.ThrowIfNull(x);
        return branch3x3.Forward(x).Concat(Along(x, branch3x3dbl), x.MaxPool(3, 2));
    }
}

/// <summary>Szegedy 2016, figure 6 with n = 7: C to 768 channels, <paramref name="within"/> between rows and columns.</summary>
public sealed class InceptionC(int channels, int within) : InceptionBlock
{
    private readonly InceptionConv branch1x1 = new(channels, 192, 1, 1);

    [StateName("branch7x7_{0}", First = 1)]
    private readonly InceptionConv[] branch7x7 = [new(channels, within, 1, 1), new(within, within, 1, 7), new(within, 192, 7, 1)];

    [StateName("branch7x7dbl_{0}", First = 1)]
    private readonly InceptionConv[] branch7x7dbl =
    [
        new(channels, within, 1, 1), new(within, within, 7, 1), new(within, within, 1, 7), new(within, within, 7, 1), new(within, 192, 1, 7),
    ];

    [StateName("branch_pool")]
    private readonly InceptionConv branchPool = new(channels, 192, 1, 1);

    public override FeatureMap Forward(FeatureMap x)
    {
        ArgumentNullException.ThrowIfNull(x);
        return branch1x1.Forward(x).Concat(
            Along(x, branch7x7), Along(x, branch7x7dbl), branchPool.Forward(x.AveragePool(3, 1, 1, countPadding: false)));
    }
}

/// <summary>Halves height and width before the last two blocks: C to C + 512 channels.</summary>
public sealed class InceptionD(int channels) : InceptionBlock
{
    [StateName("branch3x3_{0}", First = 1)]
    private readonly InceptionConv[] branch3x3 = [new(channels, 192, 1, 1), new(192, 320, 3, 3, stride: 2, padded: false)];

    [StateName("branch7x7x3_{0}", First = 1)]
    private readonly InceptionConv[] branch7x7x3 =
    [
        new(channels, 192, 1, 1), new(192, 192, 1, 7), new(192, 192, 7, 1), new(192, 192, 3, 3, stride: 2, padded: false),
    ];

    public override FeatureMap Forward(FeatureMap x)
    {
        ArgumentNullException.ThrowIfNull(x);
        return Along(x, branch3x3).Concat(Along(x, branch7x7x3), x.MaxPool(3, 2));
    }
}

/// <summary>Szegedy 2016, figure 7, rows beside columns: C to 2048 channels.</summary>
/// <param name="pool">How it pools, to the same size.</param>
public sealed class InceptionE(int channels, Func<FeatureMap, FeatureMap> pool) : InceptionBlock
{
    private readonly InceptionConv branch1x1 = new(channels, 320, 1, 1);

    [StateName("branch3x3_1")]
    private readonly InceptionConv branch3x3 = new(channels, 384, 1, 1);

    [StateName("branch3x3_2a")]
    private readonly InceptionConv branch3x3Row = new(384, 384, 1, 3);

    [StateName("branch3x3_2b")]
    private readonly InceptionConv branch3x3Column = new(384, 384, 3, 1);

    [StateName("branch3x3dbl_{0}", First = 1)]
    private readonly InceptionConv[] branch3x3dbl = [new(channels, 448, 1, 1), new(448, 384, 3, 3)];

    [StateName("branch3x3dbl_3a")]
    private readonly InceptionConv branch3x3dblRow = new(384, 384, 1, 3);

    [StateName("branch3x3dbl_3b")]
    private readonly InceptionConv branch3x3dblColumn = new(384, 384, 3, 1);

    [StateName("branch_pool")]
    private readonly InceptionConv branchPool = new(channels, 192, 1, 1);

    public override FeatureMap Forward(FeatureMap x)
    {
        ArgumentNullException.ThrowIfNull(x);
        var branch = branch3x3.Forward(x);
        var twice = Along(x, branch3x3dbl);
        return branch1x1.Forward(x).Concat(
            branch3x3Row.Forward(branch), branch3x3Column.Forward(branch),
            branch3x3dblRow.Forward(twice), branch3x3dblColumn.Forward(twice),
            branchPool.Forward(pool(x)));
    }
}
