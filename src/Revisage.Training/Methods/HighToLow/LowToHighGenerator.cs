using Revisage.Training.Layers;

namespace Revisage.Training.Methods.HighToLow;

/// <summary>The sizes of <see cref="LowToHighGenerator"/>; the defaults are the released network's.</summary>
public sealed record LowToHighOptions
{
    /// <summary>Of the first group, a multiple of 8. Later groups have half of it, the tail 3/8.</summary>
    public int Channels { get; init; } = 256;

    /// <summary>Residual blocks of the first group, at the small face's size.</summary>
    public int SmallBlocks { get; init; } = 12;

    /// <summary>Residual blocks of each later group.</summary>
    public int LargeBlocks { get; init; } = 3;

    /// <summary>Groups that double height and width: 2 for 4x, 1 for 2x.</summary>
    public int Doublings { get; init; } = 2;

    /// <summary>
    /// The paper's 17 residual blocks: a last group of two at the large size under a skip, and one convolution to RGB, in place of the
    /// released network's three convolutions.
    /// </summary>
    public bool Paper17 { get; init; }
}

/// <summary>
/// Low-to-High (Bulat, Yang, Tzimiropoulos: "To learn image super-resolution, use a GAN to learn how to do image degradation
/// first", ECCV 2018, section 3.4 and figure 4b): groups of residual blocks, each under a skip of its own and each followed by a
/// bilinear doubling. [N, 3, h, w] to [N, 3, 4h, 4w], both in [-1, 1]; 15,478,019 parameters,
/// 5.38 G multiply-adds from 16 pixels, named as in the authors'
/// model.pkl.
/// </summary>
/// <remarks>
/// Differs from the paper: the released network has 12 and 3 blocks and three convolutions where the paper counts 12, 3 and
/// 2 blocks (<see cref="LowToHighOptions.Paper17"/>). Its file also holds a2.0, 12,384 numbers of a third skip that its
/// forward pass never uses; without them they are not declared here, since what no loss reaches cannot be learned.
/// </remarks>
public sealed class LowToHighGenerator : Block
{
    [StateName("layers_in")]
    private readonly Conv2d head;

    [StateName("layers_set_final")]
    private readonly Sequence[] groups;

    // The second group's skip, and the third's.
    private readonly Sequence? a1;
    private readonly Sequence? a2;

    [StateName("layers_set_final_up")]
    private readonly Sequence[] doublings;

    [StateName("main")]
    private readonly Sequence tail;

    /// <exception cref="RevisageException">The channels cannot be divided.</exception>
    public LowToHighGenerator(LowToHighOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Channels < 8 || options.Channels % 8 != 0 || options.Doublings < 1)
        {
            throw new RevisageException(
                $"Low-to-High cannot have {options.Channels} channels and {options.Doublings} doublings. Take a multiple of 8, and one doubling at least.");
        }

        var (wide, half, narrow) = (options.Channels, options.Channels / 2, 3 * options.Channels / 8);
        var last = options.Doublings == 1 ? wide : half;
        int Before(int group) => group <= 1 ? wide : half;
        int Width(int group) => group == 0 ? wide : half;
        head = new Conv2d(3, wide, 3, padding: 1, bias: false);
        groups =
        [
            .. Enumerable.Range(0, options.Doublings).Select(i => Group(Before(i), Width(i), i == 0 ? options.SmallBlocks : options.LargeBlocks)),
            .. options.Paper17 ? [Group(last, narrow, 2)] : Array.Empty<Sequence>(),
        ];
        a1 = options.Doublings > 1 ? new Sequence(new Conv2d(wide, half, 1)) : null;
        a2 = options.Paper17 ? new Sequence(new Conv2d(last, narrow, 1)) : null;
        doublings =
        [
            .. Enumerable.Range(0, options.Doublings).Select(i =>
                new Sequence(new CornerDoubling(), new BatchNorm2d(Width(i)), new Relu(), new ConvTranspose2d(Width(i), Width(i), 1))),
        ];
        tail = options.Paper17
            ? new Sequence(new Conv2d(narrow, 3, 1), new Tanh())
            : new Sequence(
                new Conv2d(last, narrow, 3, padding: 1, bias: false), new Relu(), new Conv2d(narrow, narrow, 1), new Relu(), new Conv2d(narrow, 3, 1), new Tanh());
    }

    public override FeatureMap Forward(FeatureMap x)
    {
        x = head.Forward(x);                                        // N x 256 x h x w
        foreach (var (i, doubling) in doublings.Index())
        {
            var skip = i == 1 && a1 is not null ? a1.Forward(x) : x;
            x = doubling.Forward(skip + groups[i].Forward(x));      // N x 256 x 2h x 2w, then N x 128 x 4h x 4w
        }

        x = a2 is null ? x : a2.Forward(x) + groups[^1].Forward(x);
        return tail.Forward(x);
    }

    private static Sequence Group(int inChannels, int channels, int blocks) =>
        new([.. Enumerable.Range(0, blocks).Select(i => new PreActivationBlock(i == 0 ? inChannels : channels, channels))]);
}

/// <summary>
/// The residual block with pre-activation (He et al., "Identity Mappings in Deep Residual Networks", ECCV 2016; Bulat 2018,
/// figure 6b): twice norm, ReLU and convolution. Where the channels change, the skip is a 1x1 convolution of the raw input.
/// </summary>
public sealed class PreActivationBlock(int inChannels, int channels) : Block
{
    private readonly BatchNorm2d bn1 = new(inChannels);
    private readonly Conv2d conv1 = new(inChannels, channels, 3, padding: 1, bias: false);
    private readonly BatchNorm2d bn2 = new(channels);
    private readonly Conv2d conv2 = new(channels, channels, 3, padding: 1, bias: false);
    private readonly Conv2d? skip = inChannels == channels ? null : new(inChannels, channels, 1);

    public override FeatureMap Forward(FeatureMap x)
    {
        var residual = conv1.Forward(bn1.Forward(x).Relu());
        return (skip?.Forward(x) ?? x) + conv2.Forward(bn2.Forward(residual).Relu());
    }
}

/// <summary>Twice the height and width, bilinear, corner to corner.</summary>
public sealed class CornerDoubling : Block
{
    public override FeatureMap Forward(FeatureMap x) => x.Resize(Interpolation.Bilinear, 2, alignCorners: true);
}
