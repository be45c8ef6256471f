using Revisage.Training.Layers;

namespace Revisage.Training.Methods.RevisageNet;

/// <summary>The sizes of <see cref="RevisageGuidedNetwork"/>.</summary>
public sealed record RevisageGuidedOptions
{
    /// <summary>Feature channels, at half the large face's size.</summary>
    public int Channels { get; init; } = 64;

    /// <summary>Residual blocks.</summary>
    public int Blocks { get; init; } = 4;
}

/// <summary>
/// Brings another photograph of the person into a face that another network has enlarged. What that network misses in the guide (the
/// guide less the network's result from the guide made small) is laid over the face by the landmarks of both, and this network
/// says where how much of it is true: sr + coverage * (gate * detail + correction). It sees the face, the guide and that
/// detail, both laid over it, and begins with a gate of <see cref="FirstGate"/> and no correction. Inputs and output are
/// [N, C, 128, 128]: sr, guide and detail of three channels, flow of two, coverage of one.
/// </summary>
/// <remarks>
/// Of no paper. GWAInet (Dogan 2019) leaves it to a network to find out what of a guide belongs where; what such a network learns from a few
/// thousand pairs is to look away (docs/methods/revisage.md).
/// </remarks>
public sealed class RevisageGuidedNetwork(RevisageGuidedOptions options) : Block
{
    /// <summary>So little of a detail that lies where it should not is hardly seen, and so much has a gradient.</summary>
    private const double FirstGate = 0.1;

    private const int Unshuffle = 2;
    private const int Colours = 3;

    // sr, guide, detail and coverage.
    private readonly Conv2d head = new((3 * Colours + 1) * Unshuffle * Unshuffle, options.Channels, 3, padding: 1);
    private readonly Sequence body = new([.. Enumerable.Range(0, options.Blocks).Select(_ => new ResidualBlock(options.Channels))]);
    private readonly Conv2d tail = new(options.Channels, (1 + Colours) * Unshuffle * Unshuffle, 3, padding: 1, initializer: Initializers.Zeros, biasInitializer: Initializers.Zeros);

    public override FeatureMap Forward(FeatureMap x) =>
        throw new NotSupportedException("A guided network has five inputs: see ForwardAll.");

    public override IReadOnlyList<FeatureMap> ForwardAll(IReadOnlyList<FeatureMap> inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        var (sr, flow, coverage) = (inputs[0], inputs[3], inputs[4]);
        var (guide, detail) = (inputs[1].Warp(flow, WarpBorder.Edge), inputs[2].Warp(flow, WarpBorder.Edge));
        var seen = sr.Concat(guide * coverage, detail * coverage, coverage);                           // N x 10 x 128 x 128
        var made = tail.Forward(body.Forward(head.Forward(seen.PixelUnshuffle(Unshuffle)))).PixelShuffle(Unshuffle);
        var (gate, correction) = (made.Channels(0, 1) + FirstGate, made.Channels(1, Colours));
        return [sr + coverage * (gate * detail + correction)];
    }
}
