using Revisage.Training.Layers;

namespace Revisage.Training.Methods.Gwainet;

/// <summary>
/// Wnet, GWAInet's warper (Dogan, Gu, Timofte: "Exemplar Guided Face Image Super-Resolution without Facial Landmarks",
/// CVPR Workshops 2019, section 3.2): from the enlarged face and the guide beside it, [N, 6, H, W], RGB less the mean
/// colours, to the field [N, 2, H, W] by which the guide is brought over the face: x, then y, where 1 is half the picture
/// from the first pixel's centre to the last one's. Nothing bounds it. H and W are multiples of 8, 256 or 168x144 in the
/// paper; 1,297,154 parameters, named as in the authors' checkpoint.
/// </summary>
/// <remarks>
/// Differs from the paper: eight residual blocks under a long skip, which only the authors' code tells of; x comes first, as
/// in that code, where the paper's formulas have the row. Outside the guide lies the mean colour and blends with its
/// border; <see cref="WarpBorder.Cut"/> does as the authors' sampler. The last layer starts a hundred times smaller, so
/// that the guide starts where it lies: a field that starts at random soon leads out of the picture, into the mean
/// colour, which is nearer to most faces than a wrong part of the guide, and never back.
/// </remarks>
public sealed class Warper : Block
{
    private const double FirstField = 0.01;

    private readonly GwainetOptions options;
    private readonly int height;
    private readonly int width;

    [StateName("input_encoder.conv{0}", First = 1)]
    private readonly SameConv2d[] halvings;

    [StateName("input_encoder.conv_input_res")]
    private readonly SameConv2d head;

    [StateName("input_encoder.resblocks.resblock{0}", First = 1)]
    private readonly ResidualBlock[] blocks;

    [StateName("input_encoder.conv_before_skip")]
    private readonly SameConv2d beforeSkip;

    [StateName("flow_decoder.upsampler{0}", First = 1)]
    private readonly SameConv2d[] doublings;

    [StateName("flow_decoder.conv1")]
    private readonly SameConv2d tail;

    /// <param name="height">Of the guide.</param>
    /// <exception cref="RevisageException">The size does not fit.</exception>
    public Warper(GwainetOptions options, int height, int width)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (height < 16 || width < 16 || height % 8 != 0 || width % 8 != 0)
        {
            throw new RevisageException($"GWAInet cannot make faces of {width}x{height} pixels. Take multiples of 8, 16 at least.");
        }

        (this.options, this.height, this.width) = (options, height, width);
        halvings = SameConv2d.Halvings(6, options.Channels);
        head = new SameConv2d(options.Channels, options.Channels);
        blocks = SameConv2d.Residuals(options.Channels, options.WarperBlocks);
        beforeSkip = new SameConv2d(options.Channels, options.Channels);
        doublings = SameConv2d.Doublings(options.Channels);
        tail = new SameConv2d(options.Channels, 2, gain: FirstField);
    }

    public override FeatureMap Forward(FeatureMap x)
    {
        x = halvings.Aggregate(x, (value, conv) => conv.Forward(value).Relu());           // N x 64 x H/8 x W/8
        var skip = head.Forward(x);
        x = blocks.Aggregate(skip, (value, block) => block.Forward(value));
        x = skip + beforeSkip.Forward(x);
        x = doublings.Aggregate(x, (value, conv) => conv.Forward(value).PixelShuffle(2));   // N x 64 x H x W
        return tail.Forward(x);
    }

    /// <summary>The guide where the face has it.</summary>
    /// <param name="enlarged">[N, 3, H, W], the small face made large.</param>
    /// <param name="guide">[N, 3, H, W].</param>
    public FeatureMap Warp(FeatureMap enlarged, FeatureMap guide)
    {
        ArgumentNullException.ThrowIfNull(enlarged);
        ArgumentNullException.ThrowIfNull(guide);
        var flow = Forward(enlarged.Concat(guide));
        var (x, y) = (flow.Channels(0, 1) * ((width - 1) / 2.0), flow.Channels(1, 1) * ((height - 1) / 2.0));
        return guide.Warp(x.Concat(y), options.Border);
    }
}
