using System.Numerics;
using Revisage.Training.Layers;

namespace Revisage.Training.Methods.HighToLow;

/// <summary>The sizes of <see cref="HighToLowGenerator"/>; the defaults are the paper's.</summary>
public sealed record HighToLowOptions
{
    /// <summary>Height and width of the large face, which all halvings divide.</summary>
    public int Side { get; init; } = 64;

    /// <summary>How many times smaller the small face is, a power of two.</summary>
    public int Factor { get; init; } = 4;

    /// <summary>
    /// How often the size doubles on the way to the small face's, after as many halvings more. Nothing leads around the smallest map:
    /// its numbers are all that is left of the face, with the paper's 64 channels and 2 doublings a third more than the small
    /// face has; narrower networks take fewer.
    /// </summary>
    public int Doublings { get; init; } = 2;

    /// <summary>Feature channels.</summary>
    public int Channels { get; init; } = 64;

    /// <summary>Residual blocks before each change of size.</summary>
    public int BlocksPerGroup { get; init; } = 2;

    /// <summary>Numbers that the noise has, of N(0, 1).</summary>
    public int Noise { get; init; } = 64;

    /// <summary>The paper's blocks (figure 6b), which normalise before their convolutions, in place of the code's.</summary>
    public bool PreActivation { get; init; }
}

/// <summary>
/// High-to-Low, the learned degradation (Bulat, Yang, Tzimiropoulos: "To learn image super-resolution, use a GAN to learn how to
/// do image degradation first", ECCV 2018, section 3.3 and figure 4a): noise becomes a fourth channel of the large face; residual
/// blocks in groups, between which the size halves four times and doubles until it is the small face's. [N, 3, 64, 64] and
/// noise [N, 64] to [N, 3, 16, 16], faces in [-1, 1]; 1,603,331 parameters,
/// 0.89 G multiply-adds from 64 pixels.
/// </summary>
/// <remarks>
/// Differs from the paper, with the authors' code (H2L.py, variant 0424, named as there): strided convolutions where the paper
/// pools, and blocks that normalise behind their convolutions instead of before
/// (<see cref="HighToLowOptions.PreActivation"/>). Against that code the noise comes in
/// as the paper has it, and as in the code's other variants: a linear layer, and a channel beside the image.
/// </remarks>
public sealed class HighToLowGenerator : Block
{
    private readonly int side;

    // The noise's projection.
    private readonly Linear linear;

    [StateName("conv1")]
    private readonly Conv2d head;

    [StateName("main")]
    private readonly Sequence halvings;

    [StateName("up{0}", First = 1)]
    private readonly Sequence[] doublings;

    [StateName("conv4")]
    private readonly Conv2d tail;

    /// <exception cref="RevisageException">The sizes do not fit.</exception>
    public HighToLowGenerator(HighToLowOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var numberOfHalvings = options.Factor > 1 && BitOperations.IsPow2(options.Factor) && options.Doublings >= 0 ? BitOperations.Log2((uint)options.Factor) + options.Doublings : -1;
        if (numberOfHalvings is < 0 or > 16 || options.Side < 1 || options.Side % (1 << numberOfHalvings) != 0)
        {
            throw new RevisageException(
                $"High-to-Low cannot make faces of {options.Side} pixels {options.Factor} times smaller by way of {options.Doublings} doublings. Take a factor of 2, 4, 8 ..., and a side that it and every doubling divide.");
        }

        var channels = options.Channels;
        IEnumerable<Block> Blocks() => Enumerable.Range(0, options.BlocksPerGroup)
            .Select(_ => options.PreActivation ? (Block)new PreActivationBlock(channels, channels) : new PostActivationBlock(channels));
        side = options.Side;
        linear = new Linear(options.Noise, side * side);
        head = new Conv2d(3 + 1, channels, 3, padding: 1);
        halvings = new Sequence(
        [
            .. Enumerable.Range(0, numberOfHalvings).SelectMany(_ =>
                (Block[])[.. Blocks(), new BatchNorm2d(channels), new Relu(), new Conv2d(channels, channels, 3, stride: 2, padding: 1)]),
        ]);
        doublings =
        [
            .. Enumerable.Range(0, options.Doublings).Select(_ =>
                new Sequence([.. Blocks(), new Conv2d(channels, 4 * channels, 3, padding: 1)])),
        ];
        tail = new Conv2d(channels, 3, 3, padding: 1);
    }

    /// <param name="x">[N, 4, S, S]: the large face, then the noise's channel.</param>
    public override FeatureMap Forward(FeatureMap x)
    {
        x = halvings.Forward(head.Forward(x).Relu());               // N x 64 x S x S -> N x 64 x S/16 x S/16
        x = doublings.Aggregate(x, (value, doubling) => doubling.Forward(value).PixelShuffle(2).Relu());
        return tail.Forward(x).Tanh();
    }

    /// <param name="image">[N, 3, S, S] in [-1, 1].</param>
    /// <param name="noise">[N, 64] of N(0, 1): another for every small face.</param>
    public FeatureMap Forward(FeatureMap image, FeatureMap noise)
    {
        ArgumentNullException.ThrowIfNull(image);
        return Forward(image.Concat(linear.Forward(noise).Reshape(1, side, side)));
    }

    /// <inheritdoc cref="Forward(FeatureMap, FeatureMap)"/>
    public override IReadOnlyList<FeatureMap> ForwardAll(IReadOnlyList<FeatureMap> inputs) => inputs is [var image, var noise]
        ? [Forward(image, noise)]
        : throw new ArgumentException($"High-to-Low takes a face and noise, but {inputs?.Count} inputs were given.", nameof(inputs));
}

/// <summary>A residual block of the authors' code: convolution, norm, ReLU, convolution, norm, and the input added, without a ReLU after.</summary>
public sealed class PostActivationBlock(int channels) : Block
{
    private readonly Conv2d conv1 = new(channels, channels, 3, padding: 1);
    private readonly BatchNorm2d bn1 = new(channels);
    private readonly Conv2d conv2 = new(channels, channels, 3, padding: 1);
    private readonly BatchNorm2d bn2 = new(channels);

    public override FeatureMap Forward(FeatureMap x) => x + bn2.Forward(conv2.Forward(bn1.Forward(conv1.Forward(x)).Relu()));
}
