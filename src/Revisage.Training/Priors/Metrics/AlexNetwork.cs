using Revisage.Training.Layers;

namespace Revisage.Training.Priors.Metrics;

/// <summary>
/// The features of AlexNet as torchvision has it (Krizhevsky, "One weird trick for parallelizing convolutional neural networks",
/// 2014), whose names these are: five convolutions and ReLUs. [N, 3, H, W], RGB less ImageNet's mean over its deviation, to
/// [N, 256, h, w], about a sixteenth of the height and width: 7x7 of 128x128. 2,469,696 parameters.
/// </summary>
/// <remarks>Differs from the paper: the last pooling and the fully connected layers are left out, as LPIPS does.</remarks>
public sealed class AlexNetwork : Block
{
    [StateName("features.0")]
    private readonly Conv2d conv1 = new(3, 64, 11, stride: 4, padding: 2);

    [StateName("features.3")]
    private readonly Conv2d conv2 = new(64, 192, 5, padding: 2);

    [StateName("features.6")]
    private readonly Conv2d conv3 = new(192, 384, 3, padding: 1);

    [StateName("features.8")]
    private readonly Conv2d conv4 = new(384, 256, 3, padding: 1);

    [StateName("features.10")]
    private readonly Conv2d conv5 = new(256, 256, 3, padding: 1);

    /// <summary>How many channels each of <see cref="Features"/> has.</summary>
    public static IReadOnlyList<int> Channels { get; } = [64, 192, 384, 256, 256];

    /// <summary>relu5.</summary>
    public override FeatureMap Forward(FeatureMap x) => Features(x)[^1];

    /// <summary>relu1 to relu5.</summary>
    public IReadOnlyList<FeatureMap> Features(FeatureMap x)
    {
        ArgumentNullException.ThrowIfNull(x);
        var relu1 = conv1.Forward(x).Relu();                        // N x 64 x H/4 x W/4, less a border
        var relu2 = conv2.Forward(relu1.MaxPool(3, 2)).Relu();      // N x 192 x H/8 x W/8
        var relu3 = conv3.Forward(relu2.MaxPool(3, 2)).Relu();      // N x 384 x H/16 x W/16
        var relu4 = conv4.Forward(relu3).Relu();
        var relu5 = conv5.Forward(relu4).Relu();
        return [relu1, relu2, relu3, relu4, relu5];
    }
}
