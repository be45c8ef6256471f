using Revisage.Training.Layers;

namespace Revisage.Training.Priors.Features;

/// <summary>Which VGG, and how much of it.</summary>
public sealed record VggOptions
{
    /// <summary>Layers with weights as the paper counts them, three fully connected ones among them: 16 or 19.</summary>
    public int Depth { get; init; } = 16;

    /// <summary>Channels of the first block; the others have 2, 4, 8 and 8 times as many.</summary>
    public int Width { get; init; } = 64;

    /// <summary>
    /// What to give, by the paper's names: <c>relu3_2</c> is the ReLU behind the second convolution of the third block. The network ends
    /// with the deepest.
    /// </summary>
    public IReadOnlyList<string> Layers { get; init; } = ["relu5_3"];
}

/// <summary>
/// The features of VGG-16 and VGG-19 (Simonyan and Zisserman, "Very Deep Convolutional Networks for Large-Scale Image
/// Recognition", ICLR 2015, table 1, columns D and E): five blocks of 3x3 convolutions and ReLUs, halved between by max
/// pooling. [N, 3, H, W], RGB less ImageNet's mean over its deviation for torchvision's weights, whose names
/// these are, to [N, C, H / 2^(b-1), W / 2^(b-1)] for a layer of block b. To their ends 14,714,688 and 20,024,384 parameters.
/// </summary>
/// <remarks>
/// Differs from the paper: the fully connected layers are left out. A narrower one, trained on faces from random numbers, is
/// what cards and logs call <c>face-features</c>: its layers have the same names.
/// </remarks>
public sealed class VggNetwork : Block
{
    private const int Blocks = 5;

    private readonly Sequence features;
    private readonly int[] taps;

    /// <exception cref="RevisageException">There is no such depth or layer, or no layer is asked for.</exception>
    public VggNetwork(VggOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var names = Names(options.Depth);
        if (options.Layers.Count == 0)
        {
            throw new RevisageException($"VGG-{options.Depth} was asked for no layer. Name one or more, such as {names[1]}.");
        }

        taps = [.. options.Layers.Select(layer => Place(layer, names, options.Depth))];
        Channels = [.. options.Layers.Select(layer => Width(options, Block(layer)))];
        features = new Sequence([.. Parts(options, names).Take(taps.Max() + 1)]);
    }

    /// <summary>How many channels each of the layers asked for has.</summary>
    public IReadOnlyList<int> Channels { get; }

    /// <summary>The deepest layer asked for.</summary>
    public override FeatureMap Forward(FeatureMap x) => features.Forward(x);

    /// <summary>The layers asked for, in the order they were.</summary>
    public IReadOnlyList<FeatureMap> Features(FeatureMap x)
    {
        var maps = new List<FeatureMap>();
        foreach (var part in features.Blocks)
        {
            x = part.Forward(x);
            maps.Add(x);
        }

        return [.. taps.Select(tap => maps[tap])];
    }

    /// <summary>Of the parts in torchvision's order: conv1_1, relu1_1, conv1_2, relu1_2, pool1, conv2_1 ...</summary>
    private static string[] Names(int depth)
    {
        int[] convolutions = depth switch
        {
            16 => [2, 2, 3, 3, 3],
            19 => [2, 2, 4, 4, 4],
            _ => throw new RevisageException($"There is no VGG of {depth} layers here. There are 16 and 19."),
        };
        return [.. convolutions.SelectMany((count, block) =>
            Enumerable.Range(1, count).SelectMany(i => new[] { $"conv{block + 1}_{i}", $"relu{block + 1}_{i}" }).Append($"pool{block + 1}"))];
    }

    private static int Place(string layer, string[] names, int depth) =>
        layer.StartsWith("relu", StringComparison.Ordinal) && Array.IndexOf(names, layer) is var place and >= 0
            ? place
            : throw new RevisageException(
                $"VGG-{depth} has no layer '{layer}'. There are: {string.Join(", ", names.Where(name => name.StartsWith("relu", StringComparison.Ordinal)))}.");

    private static IEnumerable<Block> Parts(VggOptions options, string[] names)
    {
        var channels = 3;
        foreach (var name in names)
        {
            if (name.StartsWith("conv", StringComparison.Ordinal))
            {
                var width = Width(options, Block(name));
                yield return new Conv2d(channels, width, 3, padding: 1, initializer: Initializers.KaimingNormal(), biasInitializer: Initializers.Zeros);
                channels = width;
            }
            else
            {
                yield return name.StartsWith("relu", StringComparison.Ordinal) ? new Relu() : new MaxPool2d(2);
            }
        }
    }

    /// <summary>3 for conv3_1.</summary>
    private static int Block(string name) => name[4] - '0';

    private static int Width(VggOptions options, int block) => options.Width << Math.Min(block - 1, Blocks - 2);
}
