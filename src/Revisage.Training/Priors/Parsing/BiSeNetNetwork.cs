using Revisage.Training.Layers;

namespace Revisage.Training.Priors.Parsing;

/// <summary>The sizes of <see cref="BiSeNetNetwork"/>; the defaults are the published face parser's.</summary>
public sealed record BiSeNetOptions
{
    /// <summary>Channels of ResNet's first stage; every other width is a multiple of it.</summary>
    public int Width { get; init; } = 64;

    /// <summary>CelebAMask-HQ's 18 parts and the background.</summary>
    public int Classes { get; init; } = 19;

    /// <summary>
    /// Whether colours, then in [0, 1], are brought to ImageNet's mean and deviation first: what the published weights take. A parser that is
    /// trained here takes them as they come.
    /// </summary>
    public bool Normalizes { get; init; }
}

/// <summary>
/// The face parser that W-Net takes its maps from: BiSeNet (Yu et al., "Bilateral Segmentation Network for Real-time
/// Semantic Segmentation", ECCV 2018, figure 2) as zllrunning/face-parsing.PyTorch has it, whose weight names these are. A
/// ResNet-18 gives maps at 1/8, 1/16 and 1/32; the two small ones are refined by attention, enlarged and fused with the
/// first. [N, 3, H, W], RGB, for the published weights less ImageNet's mean over its deviation (<see cref="BiSeNetOptions.Normalizes"/>), H and W multiples of 32, to scores before softmax,
/// [N, classes, H, W]; 13,300,416 parameters.
/// </summary>
/// <remarks>
/// Differs from the paper, as that code does: the 1/8 map of the ResNet takes the place of the spatial path. Differs from
/// that code: the ResNet starts from random numbers. Training takes two images a batch or more, since the
/// attention normalises over single pixels.
/// </remarks>
public sealed class BiSeNetNetwork(BiSeNetOptions options) : Block
{
    private static readonly double[] Mean = [0.485, 0.456, 0.406];
    private static readonly double[] Deviation = [0.229, 0.224, 0.225];

    [StateName("cp")]
    private readonly ContextPath context = new(options.Width);

    [StateName("ffm")]
    private readonly FeatureFusion fusion = new(4 * options.Width);

    [StateName("conv_out")]
    private readonly ParsingHead head = new(4 * options.Width, 4 * options.Width, options.Classes);

    [StateName("conv_out16")]
    private readonly ParsingHead head16 = new(2 * options.Width, options.Width, options.Classes);

    [StateName("conv_out32")]
    private readonly ParsingHead head32 = new(2 * options.Width, options.Width, options.Classes);

    public override FeatureMap Forward(FeatureMap x)
    {
        var (features8, refined8, _) = context.Maps(Normalized(x));
        return Main(features8, refined8);
    }

    /// <summary>The scores, then those of the two auxiliary heads that training adds, all of the input's size.</summary>
    public IReadOnlyList<FeatureMap> Heads(FeatureMap x)
    {
        var (features8, refined8, refined16) = context.Maps(Normalized(x));
        return [Main(features8, refined8), Enlarged(head16.Forward(refined8), 8), Enlarged(head32.Forward(refined16), 16)];
    }

    private FeatureMap Normalized(FeatureMap x)
    {
        return options.Normalizes ? Colour(0).Concat(Colour(1), Colour(2)) : x;

        FeatureMap Colour(int i) => x.Channels(i, 1).Affine(1 / Deviation[i], -Mean[i] / Deviation[i]);
    }

    private FeatureMap Main(FeatureMap features8, FeatureMap refined8) =>
        Enlarged(head.Forward(fusion.Forward(features8.Concat(refined8))), 8);

    private static FeatureMap Enlarged(FeatureMap scores, int factor) => scores.Resize(Interpolation.Bilinear, factor, alignCorners: true);

    /// <summary>ResNet-18's three maps, the deeper ones under attention, each enlarged onto the one before.</summary>
    private sealed class ContextPath(int width) : Block
    {
        private readonly ResNet18 resnet = new(width);
        private readonly AttentionRefinement arm16 = new(4 * width, 2 * width);
        private readonly AttentionRefinement arm32 = new(8 * width, 2 * width);

        [StateName("conv_head32")]
        private readonly ConvNormRelu head32 = new(2 * width, 2 * width, 3);

        [StateName("conv_head16")]
        private readonly ConvNormRelu head16 = new(2 * width, 2 * width, 3);

        [StateName("conv_avg")]
        private readonly ConvNormRelu whole = new(8 * width, 2 * width, 1);

        public override FeatureMap Forward(FeatureMap x) => Maps(x).Refined8;

        /// <summary>ResNet's own map at 1/8; the refined ones at 1/8 and 1/16.</summary>
        public (FeatureMap Features8, FeatureMap Refined8, FeatureMap Refined16) Maps(FeatureMap x)
        {
            var (features8, features16, features32) = resnet.Maps(x);
            var context = arm32.Forward(features32) + whole.Forward(features32.GlobalAveragePool());
            var refined16 = head32.Forward(context.Resize(Interpolation.Nearest, 2));
            var refined8 = head16.Forward((arm16.Forward(features16) + refined16).Resize(Interpolation.Nearest, 2));
            return (features8, refined8, refined16);
        }
    }

    /// <summary>Weighs channels by what the whole map holds (Yu 2018, figure 2b).</summary>
    private sealed class AttentionRefinement(int inChannels, int channels) : Block
    {
        private readonly ConvNormRelu conv = new(inChannels, channels, 3);

        [StateName("conv_atten")]
        private readonly Conv2d attention = new(channels, channels, 1, bias: false, initializer: Initializers.KaimingNormal(1));

        [StateName("bn_atten")]
        private readonly BatchNorm2d norm = new(channels);

        public override FeatureMap Forward(FeatureMap x)
        {
            x = conv.Forward(x);
            return x * norm.Forward(attention.Forward(x.GlobalAveragePool())).Sigmoid();
        }
    }

    /// <summary>Mixes both paths' channels and weighs them as above, beside a skip (Yu 2018, figure 2c).</summary>
    private sealed class FeatureFusion(int channels) : Block
    {
        private readonly ConvNormRelu convblk = new(channels, channels, 1);
        private readonly Conv2d conv1 = new(channels, channels / 4, 1, bias: false, initializer: Initializers.KaimingNormal(1));
        private readonly Conv2d conv2 = new(channels / 4, channels, 1, bias: false, initializer: Initializers.KaimingNormal(1));

        public override FeatureMap Forward(FeatureMap x)
        {
            x = convblk.Forward(x);
            return x + x * conv2.Forward(conv1.Forward(x.GlobalAveragePool()).Relu()).Sigmoid();
        }
    }

    private sealed class ParsingHead(int inChannels, int channels, int classes) : Block
    {
        private readonly ConvNormRelu conv = new(inChannels, channels, 3);

        [StateName("conv_out")]
        private readonly Conv2d scores = new(channels, classes, 1, bias: false, initializer: Initializers.KaimingNormal(1));

        public override FeatureMap Forward(FeatureMap x) => scores.Forward(conv.Forward(x));
    }

    private sealed class ConvNormRelu(int inChannels, int channels, int kernel) : Block
    {
        private readonly Conv2d conv = new(inChannels, channels, kernel, padding: kernel / 2, bias: false, initializer: Initializers.KaimingNormal(1));
        private readonly BatchNorm2d bn = new(channels);

        public override FeatureMap Forward(FeatureMap x) => bn.Forward(conv.Forward(x)).Relu();
    }

    /// <summary>He et al., CVPR 2016, table 1, without its classifier.</summary>
    private sealed class ResNet18(int width) : Block
    {
        private readonly Conv2d conv1 = new(3, width, 7, stride: 2, padding: 3, bias: false, initializer: Initializers.KaimingNormal());
        private readonly BatchNorm2d bn1 = new(width);
        private readonly Sequence layer1 = new(new BasicBlock(width, width), new BasicBlock(width, width));
        private readonly Sequence layer2 = new(new BasicBlock(width, 2 * width, stride: 2), new BasicBlock(2 * width, 2 * width));
        private readonly Sequence layer3 = new(new BasicBlock(2 * width, 4 * width, stride: 2), new BasicBlock(4 * width, 4 * width));
        private readonly Sequence layer4 = new(new BasicBlock(4 * width, 8 * width, stride: 2), new BasicBlock(8 * width, 8 * width));

        public override FeatureMap Forward(FeatureMap x) => Maps(x).At32;

        public (FeatureMap At8, FeatureMap At16, FeatureMap At32) Maps(FeatureMap x)
        {
            x = bn1.Forward(conv1.Forward(x)).Relu().MaxPool(3, 2, 1);      // N x W x H/4 x W/4
            var at8 = layer2.Forward(layer1.Forward(x));
            var at16 = layer3.Forward(at8);
            return (at8, at16, layer4.Forward(at16));
        }
    }
}
