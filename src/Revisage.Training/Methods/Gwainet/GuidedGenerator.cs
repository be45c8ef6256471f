using Revisage.Training.Layers;

namespace Revisage.Training.Methods.Gwainet;

/// <summary>
/// Gnet, GWAInet's generator (Dogan 2019, section 3.2 and figure 2): SRnet, which is EDSR's baseline of 16 residual blocks, and
/// behind each of its first three groups of four a fusion with what GFEnet sees in the warped guide. [N, 3, h, w] and
/// [N, 3, 8h, 8w], RGB in [0, 1] less the mean colours, to [N, 3, 8h, 8w] in [-1, 1], not clipped; 2,996,291 parameters, of
/// which SRnet has 1,665,283, GFEnet 1,109,632 and the fusions 221,376. Named as in the authors' checkpoint, but for
/// GFEnet's own prefix.
/// </summary>
/// <remarks>Differs from the paper: see <see cref="GfeNetwork"/>.</remarks>
public sealed class GuidedGenerator(GwainetOptions options) : Block
{
    private readonly SameConv2d conv1 = new(3, options.Channels);
    private readonly GfeNetwork gfe = new(options);

    [StateName("resblocks.resblocks_1.resblock{0}", First = 1)]
    private readonly ResidualBlock[] group1 = SameConv2d.Residuals(options.Channels, options.BlocksPerGroup);

    [StateName("resblocks.resblocks_1")]
    private readonly SameConv2d fusion1 = new(2 * options.Channels, options.Channels);

    [StateName("resblocks.resblocks_2.resblock{0}", First = 1)]
    private readonly ResidualBlock[] group2 = SameConv2d.Residuals(options.Channels, options.BlocksPerGroup);

    [StateName("resblocks.resblocks_2")]
    private readonly SameConv2d fusion2 = new(2 * options.Channels, options.Channels);

    [StateName("resblocks.resblocks_3.resblock{0}", First = 1)]
    private readonly ResidualBlock[] group3 = SameConv2d.Residuals(options.Channels, options.BlocksPerGroup);

    [StateName("resblocks.resblocks_3")]
    private readonly SameConv2d fusion3 = new(2 * options.Channels, options.Channels);

    [StateName("resblocks.resblocks_4.resblock{0}", First = 1)]
    private readonly ResidualBlock[] group4 = SameConv2d.Residuals(options.Channels, options.BlocksPerGroup);

    [StateName("conv_before_skip")]
    private readonly SameConv2d beforeSkip = new(options.Channels, options.Channels);

    [StateName("upsamplers.upsampler{0}", First = 1)]
    private readonly SameConv2d[] doublings = SameConv2d.Doublings(options.Channels);

    [StateName("conv_final")]
    private readonly SameConv2d tail = new(options.Channels, 3);

    /// <summary>Without a guide: the face itself, made large, stands in for it.</summary>
    public override FeatureMap Forward(FeatureMap x) => Forward(x, x.Resize(Interpolation.PillowBicubic, 8));

    /// <param name="lowRes">[N, 3, h, w].</param>
    /// <param name="warpedGuide">[N, 3, 8h, 8w].</param>
    public FeatureMap Forward(FeatureMap lowRes, FeatureMap warpedGuide)
    {
        var features = gfe.Features(warpedGuide);
        var skip = conv1.Forward(lowRes);                                                  // N x 64 x h x w
        var x = fusion1.Forward(Residual(group1, skip).Concat(features[0]));
        x = fusion2.Forward(Residual(group2, x).Concat(features[1]));
        x = fusion3.Forward(Residual(group3, x).Concat(features[2]));
        x = skip + beforeSkip.Forward(Residual(group4, x));
        x = doublings.Aggregate(x, (value, conv) => conv.Forward(value).PixelShuffle(2));   // N x 64 x 8h x 8w
        return tail.Forward(x);
    }

    private static FeatureMap Residual(ResidualBlock[] group, FeatureMap x) => group.Aggregate(x, (value, block) => block.Forward(value));
}
