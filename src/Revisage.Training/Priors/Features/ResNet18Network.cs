using Revisage.Training.Layers;

namespace Revisage.Training.Priors.Features;

/// <summary>The maps that <see cref="ResNet18Network"/> has, by the names of its paper's table 1, whose "_x" is left out.</summary>
public enum ResNetStage
{
    /// <summary>64 channels at a quarter of the height and width.</summary>
    Conv2,

    /// <summary>128 at an eighth.</summary>
    Conv3,

    /// <summary>256 at a sixteenth.</summary>
    Conv4,

    /// <summary>512 at a thirty-second.</summary>
    Conv5,
}

/// <summary>
/// The features of the ResNet-18 that ML.NET has for images, taught on ImageNet (He et al., "Deep Residual Learning for Image Recognition",
/// CVPR 2016, table 1). [N, 3, H, W], RGB in [0, 1], to four maps, [N, 64, H/4, W/4] to [N, 512, H/32, W/32], sizes rounded up; and their
/// last one's means, [N, 512, 1, 1]. 15,897,152 parameters under torchvision's names.
/// </summary>
/// <remarks>
/// As the file of the package has it, <c>layer4</c> is of three units, not two, so that it has twenty layers with weights and not eighteen.
/// Differs from the file: it takes one image of 224 pixels, BGR in [0, 255] less ImageNet's mean image; here the mean image's mean
/// colour is taken away from faces of any size, and the order of colours is turned in the first convolution's weight.
/// Padding is the same on both sides, where the file has none at the right and the bottom: no step of two ever reaches it there.
/// </remarks>
public sealed class ResNet18Network : Block
{
    /// <summary>Of the package's mean image, R, G and B.</summary>
    public static IReadOnlyList<double> MeanColour { get; } = [123.1516, 115.9029, 103.0626];

    private static readonly ColourScale Colours = new([.. MeanColour.Select(mean => mean / 255)], [1 / 255.0, 1 / 255.0, 1 / 255.0]);

    private readonly Conv2d conv1 = new(3, 64, 7, stride: 2, padding: 3, bias: false, initializer: Initializers.KaimingNormal());
    private readonly BatchNorm2d bn1 = new(64);
    private readonly Sequence layer1 = new(new BasicBlock(64, 64), new BasicBlock(64, 64));
    private readonly Sequence layer2 = new(new BasicBlock(64, 128, stride: 2), new BasicBlock(128, 128));
    private readonly Sequence layer3 = new(new BasicBlock(128, 256, stride: 2), new BasicBlock(256, 256));
    private readonly Sequence layer4 = new(new BasicBlock(256, 512, stride: 2), new BasicBlock(512, 512), new BasicBlock(512, 512));

    /// <summary>The means of the last map.</summary>
    public override FeatureMap Forward(FeatureMap x) => Stages(x)[^1].GlobalAveragePool();

    /// <summary>The means of the last map, then the maps of all stages.</summary>
    public override IReadOnlyList<FeatureMap> ForwardAll(IReadOnlyList<FeatureMap> inputs)
    {
        var stages = inputs is [var face] ? Stages(face) : throw new ArgumentException($"One face is looked at, not {inputs?.Count}.", nameof(inputs));
        return [stages[^1].GlobalAveragePool(), .. stages];
    }

    /// <summary>The maps in the order of <see cref="ResNetStage"/>, up to and with <paramref name="last"/>.</summary>
    public IReadOnlyList<FeatureMap> Stages(FeatureMap x, ResNetStage last = ResNetStage.Conv5)
    {
        var map = bn1.Forward(conv1.Forward(Colours.Of(x))).Relu().MaxPool(3, 2, 1);     // N x 64 x H/4 x W/4
        var maps = new List<FeatureMap>();
        foreach (var layer in new[] { layer1, layer2, layer3, layer4 }[..((int)last + 1)])
        {
            map = layer.Forward(map);
            maps.Add(map);
        }

        return maps;
    }
}
