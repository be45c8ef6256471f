using Revisage.Training.Layers;

namespace Revisage.Training.Methods.Gwainet;

/// <summary>
/// GFEnet, GWAInet's eye for the guide (Dogan 2019, section 3.2 and figure 2): three halvings, then residual blocks in three
/// groups. [N, 3, 8h, 8w], the warped guide less the mean colour, to three maps [N, 64, h, w]; 1,109,632 parameters.
/// </summary>
/// <remarks>Differs from the paper: a convolution before the residual blocks, which only the authors' code has.</remarks>
public sealed class GfeNetwork(GwainetOptions options) : Block
{
    [StateName("input_g_preprocessing.conv{0}", First = 1)]
    private readonly SameConv2d[] halvings = SameConv2d.Halvings(3, options.Channels);

    [StateName("conv1_g")]
    private readonly SameConv2d head = new(options.Channels, options.Channels);

    [StateName("resblocks.resblocks_1.resblock_g{0}", First = 1)]
    private readonly ResidualBlock[] group1 = SameConv2d.Residuals(options.Channels, options.BlocksPerGroup);

    [StateName("resblocks.resblocks_2.resblock_g{0}", First = 1)]
    private readonly ResidualBlock[] group2 = SameConv2d.Residuals(options.Channels, options.BlocksPerGroup);

    [StateName("resblocks.resblocks_3.resblock_g{0}", First = 1)]
    private readonly ResidualBlock[] group3 = SameConv2d.Residuals(options.Channels, options.BlocksPerGroup);

    /// <summary>The last group's map.</summary>
    public override FeatureMap Forward(FeatureMap x) => Features(x)[^1];

    /// <summary>What each group makes of the guide, for the three fusions.</summary>
    public IReadOnlyList<FeatureMap> Features(FeatureMap x)
    {
        x = halvings.Aggregate(x, (value, conv) => conv.Forward(value).Relu());           // N x 64 x h x w
        var first = group1.Aggregate(head.Forward(x), (value, block) => block.Forward(value));
        var second = group2.Aggregate(first, (value, block) => block.Forward(value));
        return [first, second, group3.Aggregate(second, (value, block) => block.Forward(value))];
    }
}
