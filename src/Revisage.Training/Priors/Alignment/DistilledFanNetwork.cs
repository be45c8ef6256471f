using Revisage.Training.Layers;

namespace Revisage.Training.Priors.Alignment;

/// <summary>
/// FAN distilled into five convolutions (Kim et al., "Progressive Face Super-Resolution via Attention to Facial
/// Landmark", BMVC 2019, section 3.3 and figure 2), whose heatmaps weigh that method's losses. [N, 3, H, W], RGB
/// in [0, 1], to [N, 68, H, W]; a heatmap's pixel sees 13x13 of the image's. 321,412 parameters, named as in the authors' file.
/// </summary>
/// <remarks>Differs from the paper: none known. Authors' code: no activation after the first convolution.</remarks>
public sealed class DistilledFanNetwork : Block
{
    private readonly Conv2d conv = new(3, 32, 5, padding: 2);

    private readonly Sequence layers = new(
        new Conv2d(32, 64, 3, padding: 1), new BatchNorm2d(64), new LeakyRelu(),
        new Conv2d(64, 128, 3, padding: 1), new BatchNorm2d(128), new LeakyRelu(),
        new Conv2d(128, 128, 3, padding: 1), new BatchNorm2d(128), new LeakyRelu(),
        new Conv2d(128, 68, 3, padding: 1), new LeakyRelu());

    public override FeatureMap Forward(FeatureMap x) => layers.Forward(conv.Forward(x));
}
