using Revisage.Torch;

namespace Revisage.Training.Import;

/// <summary>
/// The numbers by which tools/DnnImageModels/ResNet18Onnx/ResNet18.onnx of the package Microsoft.ML.DnnImageFeaturizer.ResNet18 names its
/// arrays, as its graph uses them: CNTK's, which wrote it.
/// </summary>
internal static class OnnxResNet18
{
    /// <summary>Of each convolution its "Parameter", and of the normalisation behind it the first of two "Parameter" and two "Constant".</summary>
    private static readonly (string Convolution, string Norm, int Weight, int First)[] Layers =
    [
        ("conv1", "bn1", 91, 96),
        ("layer1.0.conv1", "layer1.0.bn1", 86, 113),
        ("layer1.0.conv2", "layer1.0.bn2", 82, 127),
        ("layer1.1.conv1", "layer1.1.bn1", 77, 144),
        ("layer1.1.conv2", "layer1.1.bn2", 73, 158),
        ("layer2.0.downsample.0", "layer2.0.downsample.1", 199, 203),
        ("layer2.0.conv1", "layer2.0.bn1", 68, 175),
        ("layer2.0.conv2", "layer2.0.bn2", 64, 189),
        ("layer2.1.conv1", "layer2.1.bn1", 59, 220),
        ("layer2.1.conv2", "layer2.1.bn2", 55, 234),
        ("layer3.0.downsample.0", "layer3.0.downsample.1", 275, 279),
        ("layer3.0.conv1", "layer3.0.bn1", 50, 251),
        ("layer3.0.conv2", "layer3.0.bn2", 46, 265),
        ("layer3.1.conv1", "layer3.1.bn1", 41, 296),
        ("layer3.1.conv2", "layer3.1.bn2", 37, 310),
        ("layer4.0.downsample.0", "layer4.0.downsample.1", 351, 355),
        ("layer4.0.conv1", "layer4.0.bn1", 32, 327),
        ("layer4.0.conv2", "layer4.0.bn2", 28, 341),
        ("layer4.1.conv1", "layer4.1.bn1", 23, 372),
        ("layer4.1.conv2", "layer4.1.bn2", 19, 386),
        ("layer4.2.conv1", "layer4.2.bn1", 14, 403),
        ("layer4.2.conv2", "layer4.2.bn2", 10, 417),
    ];

    private static readonly Dictionary<string, string> Names = Layers.SelectMany(layer => new (string Published, string Own)[]
    {
        ($"Parameter{layer.Weight}", $"{layer.Convolution}.weight"),
        ($"Parameter{layer.First}", $"{layer.Norm}.weight"),
        ($"Parameter{layer.First + 1}", $"{layer.Norm}.bias"),
        ($"Constant{layer.First + 2}", $"{layer.Norm}.running_mean"),
        ($"Constant{layer.First + 3}", $"{layer.Norm}.running_var"),
    }).ToDictionary(pair => pair.Published, pair => pair.Own);

    public static string Rename(string name) => Names.GetValueOrDefault(name, name);

    /// <summary>The first convolution sees B, G and R in the file; it is given R, G and B here.</summary>
    public static StoredArray Convert(StoredArray array)
    {
        if (array is not { Type: ScalarType.Float, Shape: [var filters, 3, var height, var width] })
        {
            return array;
        }

        var colour = checked((int)(sizeof(float) * height * width));
        var turned = new byte[array.Bytes.Length];
        for (var filter = 0; filter < filters; filter++)
        {
            for (var i = 0; i < 3; i++)
            {
                array.Bytes.Span.Slice((3 * filter + i) * colour, colour).CopyTo(turned.AsSpan((3 * filter + 2 - i) * colour));
            }
        }

        return array with { Bytes = turned };
    }
}
