using Revisage.Training.Layers;

namespace Revisage.Training.Methods.WNet;

/// <summary>The sizes of <see cref="WNetGenerator"/>, and the parts that the paper's ablation leaves out; the defaults are those of 8x.</summary>
public sealed record WNetOptions
{
    /// <summary>Feature channels: a multiple of 16.</summary>
    public int Channels { get; init; } = 64;

    /// <summary>Doublings of height and width: 3 for 8x, 2 for 4x.</summary>
    public int Doublings { get; init; } = 3;

    /// <summary>Halvings of the small face in the encoder. The paper has three maps, but also four doublings in the decoder, which would make it one.</summary>
    public int EncoderLevels { get; init; } = 3;

    /// <summary>Without it the parsing map comes from three plain convolutions.</summary>
    public bool ParsingBlock { get; init; } = true;

    /// <summary>Without it a convolution fuses features and parsing map (<see cref="Cascade"/>).</summary>
    public bool Lpf { get; init; } = true;

    /// <summary>Without it the blocks are RCAN's (<see cref="Rcab"/>).</summary>
    public bool Scab { get; init; } = true;

    /// <summary>How many of the largest sizes have half the channels of the next smaller one, down to 16. The paper's have all the same.</summary>
    public int NarrowLevels { get; init; }

    /// <summary>
    /// How many of the largest sizes are spared attention, whose cost grows with the pixels: there a convolution fuses, and the
    /// blocks are RCAN's. The paper spares none.
    /// </summary>
    public int PlainLevels { get; init; }

    /// <summary>Whether the network makes the difference from the bicubic enlargement, or the whole face.</summary>
    public bool GlobalResidual { get; init; } = true;
}

/// <summary>
/// W-Net (Liu, Yang and Liu, "W-Net: A Facial Feature-Guided Face Super-Resolution Network", arXiv 2406.00676, 2024, figure 1): a
/// parsing map is estimated from the small face and fused with it at every size, up to the large face's and down again;
/// an encoder goes further down, fusing too, and a decoder back up. [N, 3, h, w], h and w multiples of 16, to the face [N, 3, 8h, 8w] and
/// the parsing map [N, 3, h, w], all in [0, 1], the outputs not held to it; 5,765,232 parameters,
/// 8.07 G multiply-adds from 16 pixels.
/// </summary>
/// <remarks>
/// Differs from the paper: none known, but its text lacks sizes and formulas. Read so: fusion comes before the SCABs of a level; the
/// decoder doubles as often as it takes to the large size, and every level adds what was last fused or encoded at its size; the
/// parsing map guides without being clamped, so that all of it learns from the face; the face is a residual on the
/// bicubic enlargement. The paper's 4x goes to 8x in between; here to 4x.
/// </remarks>
public sealed class WNetGenerator : Block
{
    // Channels that channel attention keeps one of.
    private const int Attended = 16;

    private readonly Block parse;
    private readonly Conv2d stem;

    [StateName("")]
    private readonly MultiScaleFusion fusion;

    [StateName("")]
    private readonly ParsingEncoder encoder;

    [StateName("")]
    private readonly SkipDecoder decoder;

    private readonly Conv2d tail;
    private readonly BicubicEnlargement? enlarge;
    private readonly int above;
    private readonly int below;

    /// <exception cref="RevisageException">The width does not divide.</exception>
    public WNetGenerator(WNetOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var (channels, doublings) = (options.Channels, options.Doublings);
        if (channels < Attended || channels % Attended != 0)
        {
            throw new RevisageException($"W-Net cannot have {channels} channels. Take a multiple of 16, since its attention keeps one in 16.");
        }

        if (options.NarrowLevels > doublings || channels % (Attended << options.NarrowLevels) != 0)
        {
            throw new RevisageException($"W-Net of {channels} channels cannot halve them {options.NarrowLevels} times in {doublings} doublings. Take as many halvings as leave a multiple of 16.");
        }

        (above, below) = (doublings, options.EncoderLevels);
        parse = options.ParsingBlock
            ? new ParsingBlock(channels)
            : new Sequence(
                new Conv2d(3, channels, 3, padding: 1), new Relu(), new Conv2d(channels, channels, 3, padding: 1), new Relu(),
                new Conv2d(channels, 3, 3, padding: 1));
        stem = new Conv2d(6, channels, 3, padding: 1);
        var levels = new WNetLevels(options);
        fusion = new MultiScaleFusion(levels);
        encoder = new ParsingEncoder(levels);
        decoder = new SkipDecoder(levels);
        // Nothing is added to the enlargement at first; what random numbers add would take hundreds of iterations to go.
        var first = options.GlobalResidual ? Initializers.Zeros : null;
        tail = new Conv2d(levels.Width(doublings), 3, 3, padding: 1, initializer: first, biasInitializer: first);
        enlarge = options.GlobalResidual ? new BicubicEnlargement(1 << doublings) : null;
    }

    /// <summary>The face alone.</summary>
    public override FeatureMap Forward(FeatureMap x) => ForwardAll([x])[0];

    /// <summary>The face, and the parsing map at the small face's size that it was guided by.</summary>
    public override IReadOnlyList<FeatureMap> ForwardAll(IReadOnlyList<FeatureMap> inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        var x = inputs.Single();
        var parsing = parse.Forward(x);
        var maps = Enumerable.Range(-below, below + above + 1)
            .ToDictionary(level => level, level => level == 0 ? parsing : parsing.Resize(Interpolation.Nearest, Math.Pow(2, level)));   // (13)
        var fused = fusion.Fuse(stem.Forward(x.Concat(parsing)), level => maps[level]);                                                 // (12), (14) to (19)
        var encoded = encoder.Encode(fused[0], level => maps[level]);                                                                   // (22)
        var innermost = encoded.Count > 0 ? encoded[^1] : fused[0];
        var features = decoder.Decode(innermost, level => level >= 0 ? fused[level] : encoded[-level - 1]);                             // (23)
        var face = tail.Forward(features);
        return [enlarge is null ? face : face + enlarge.Forward(x), parsing];
    }
}
