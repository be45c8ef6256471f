using Revisage.Imaging;
using Revisage.Restoration;
using Revisage.Tests;
using Revisage.Training.Import;
using Revisage.Training.Onnx;
using Revisage.Training.Priors.Features;
using Revisage.Training.Torch;

namespace Revisage.Training.Tests.Priors.Features;

/// <summary>The package's own files, and the model that is imported from them.</summary>
public sealed class ResNet18Package : IDisposable
{
    /// <summary>The side that the package's files are for.</summary>
    public const int Side = 224;

    /// <summary>What the file's graph calls the map behind each stage, with their shapes for one image, and the features that it gives.</summary>
    private static readonly (string Name, int[] Shape)[] Maps =
    [
        ("ReLU283_Output_0", [1, 64, 56, 56]), ("ReLU315_Output_0", [1, 128, 28, 28]), ("ReLU347_Output_0", [1, 256, 14, 14]), ("ReLU393_Output_0", [1, 512, 7, 7]),
    ];

    private const string Features = "Pooling395_Output_0";

    private readonly Lazy<ModelStore> models;
    private readonly string folder = Directory.CreateTempSubdirectory("revisage-").FullName;

    public ResNet18Package() => models = new(() =>
    {
        var method = new ResNet18Method();
        ModelExport.Import(ImportedCheckpoint.Read(Network), method.Id, method.Terms, Path.Combine(folder, "resnet18.onnx"));
        return new ModelStore(folder);
    });

    public static string Network { get; } = new ResNet18Method().PublishedFile();

    public static string Preprocessing { get; } = Path.GetFullPath(Path.Combine(Network, "..", "..", "ResNetPrepOnnx", "ResNetPreprocess.onnx"));

    /// <summary>A folder with the imported model alone.</summary>
    public ModelStore Models => models.Value;

    /// <summary>The network with the package's weights; the caller disposes it.</summary>
    internal static (ResNet18Network Block, TorchNetwork Network) Open()
    {
        var block = new ResNet18Network();
        var network = new TorchNetwork("resnet18", block, seed: 0);
        network.Load(AuthorLayouts.ResNet18.Apply(ImportedCheckpoint.Read(Network), network.Weights.Select(named => named.Path)));
        return (block, network);
    }

    /// <summary>What ONNX Runtime makes of an input of the file's own kind: the features, then the map behind each stage.</summary>
    /// <param name="input">[1, 3, 224, 224], BGR in [0, 255] less the mean.</param>
    public static float[][] Run(float[] input)
    {
        // The format adds up a message that comes twice: a second graph of outputs alone makes more of the file's maps its outputs.
        var outputs = new ProtoMessage().Each(Maps, (graph, map) => graph.Nested(12, new ProtoMessage().Text(1, map.Name).Nested(2, new ProtoMessage().Nested(1,
            new ProtoMessage().Integer(1, 1).Nested(2, new ProtoMessage().Each(map.Shape, (shape, extent) => shape.Nested(1, new ProtoMessage().Integer(1, extent))))))));
        using var model = OnnxModel.Load([.. File.ReadAllBytes(Network), .. new ProtoMessage().Nested(7, outputs).Written], "the package's network", new OnnxOptions { Threads = 1 });
        var made = model.Run(new Dictionary<string, Restoration.OnnxTensor> { [model.Inputs[0].Name] = new(input, 1, 3, Side, Side) });
        return [made[Features].Values.ToArray(), .. Maps.Select(map => made[map.Name].Values.ToArray())];
    }

    /// <summary>A picture as the package's other file prepares it for the network.</summary>
    /// <param name="picture">224x224.</param>
    public static float[] Prepare(Image picture)
    {
        using var model = OnnxModel.Load(Preprocessing, new OnnxOptions { Threads = 1 });
        float[] bytes = [.. picture.Pixels.Select(value => 255 * value)];
        return model.Run(new Dictionary<string, Restoration.OnnxTensor> { ["OriginalInput"] = new(bytes, 1, 3, Side, Side) })["PreprocessedInput"].Values.ToArray();
    }

    /// <summary>Real photographs of faces, as they are, brought to a side.</summary>
    public static Image[] Photographs(int count, int side) =>
    [
        .. Directory.EnumerateFiles(Path.Combine(FacesFactAttribute.Folder, "aligned", "lfw"), "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Take(count)
            .Select(file => PillowResize.Resize(ImageFile.Load(file), side, side, ResampleFilter.Bicubic)),
    ];

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
