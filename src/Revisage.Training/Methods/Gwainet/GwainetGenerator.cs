using Revisage.Training.Layers;

namespace Revisage.Training.Methods.Gwainet;

/// <summary>
/// Gnet, GWAInet's generator (Dogan 2019, section 3.2 and figure 2): SRnet, which is EDSR's baseline of 16 residual blocks, and
/// behind each of its first three groups of four a fusion with what GFEnet sees in the warped guide. [N, 3, h, w] and
/// [N, 3, 8h, 8w], RGB in [0, 1] less the mean colours, to [N, 3, 8h, 8w] in [-1, 1], not clipped; 2,996,291 parameters, of
/// which SRnet has 1,665,283, GFEnet 1,109,632 and the fusions 221,376. Named as in the authors' checkpoint, but for
/// GFEnet's own prefix. Unless it is <see cref="GwainetOptions.Guided"/>, SRnet is all there is.
/// </summary>
/// <remarks>Differs from the paper: see <see cref="GfeNetwork"/>.</remarks>
public sealed class GwainetGenerator(GwainetOptions options) : Block
{
    private readonly SameConv2d conv1 = new(3, options.Channels);
    private readonly GfeNetwork? gfe = options.Guided ? new GfeNetwork(options) : null;

    [StateName("resblocks.resblocks_1.resblock{0}", First = 1)]
    private readonly ResidualBlock[] group1 = SameConv2d.Residuals(options.Channels, options.BlocksPerGroup);

    [StateName("resblocks.resblocks_1")]
    private readonly SameConv2d? fusion1 = Fusion(options);

    [StateName("resblocks.resblocks_2.resblock{0}", First = 1)]
    private readonly ResidualBlock[] group2 = SameConv2d.Residuals(options.Channels, options.BlocksPerGroup);

    [StateName("resblocks.resblocks_2")]
    private readonly SameConv2d? fusion2 = Fusion(options);

    [StateName("resblocks.resblocks_3.resblock{0}", First = 1)]
    private readonly ResidualBlock[] group3 = SameConv2d.Residuals(options.Channels, options.BlocksPerGroup);

    [StateName("resblocks.resblocks_3")]
    private readonly SameConv2d? fusion3 = Fusion(options);

    [StateName("resblocks.resblocks_4.resblock{0}", First = 1)]
    private readonly ResidualBlock[] group4 = SameConv2d.Residuals(options.Channels, options.BlocksPerGroup);

    [StateName("conv_before_skip")]
    private readonly SameConv2d beforeSkip = new(options.Channels, options.Channels);

    [StateName("upsamplers.upsampler{0}", First = 1)]
    private readonly SameConv2d[] doublings = SameConv2d.Doublings(options.Channels);

    [StateName("conv_final")]
    private readonly SameConv2d tail = new(options.Channels, 3);

    /// <summary>Without a guide: if it wants one, the face itself, made large, stands in for it.</summary>
    public override FeatureMap Forward(FeatureMap x) => gfe is null ? Enlarge(x, []) : Forward(x, x.Resize(Interpolation.PillowBicubic, 8));

    /// <param name="lowRes">[N, 3, h, w].</param>
    /// <param name="warpedGuide">[N, 3, 8h, 8w].</param>
    public FeatureMap Forward(FeatureMap lowRes, FeatureMap warpedGuide) => Enlarge(lowRes, gfe?.Features(warpedGuide) ?? []);

    private FeatureMap Enlarge(FeatureMap lowRes, IReadOnlyList<FeatureMap> guide)
    {
        var skip = conv1.Forward(lowRes);                                                  // N x 64 x h x w
        var x = Fuse(fusion1, Residual(group1, skip), guide, 0);
        x = Fuse(fusion2, Residual(group2, x), guide, 1);
        x = Fuse(fusion3, Residual(group3, x), guide, 2);
        x = skip + beforeSkip.Forward(Residual(group4, x));
        x = doublings.Aggregate(x, (value, conv) => conv.Forward(value).PixelShuffle(2));   // N x 64 x 8h x 8w
        return tail.Forward(x);
    }

    private static FeatureMap Residual(ResidualBlock[] group, FeatureMap x) => group.Aggregate(x, (value, block) => block.Forward(value));

    private static SameConv2d? Fusion(GwainetOptions options) => options.Guided ? new SameConv2d(2 * options.Channels, options.Channels) : null;

    private static FeatureMap Fuse(SameConv2d? fusion, FeatureMap x, IReadOnlyList<FeatureMap> guide, int group) => fusion?.Forward(x.Concat(guide[group])) ?? x;
}
