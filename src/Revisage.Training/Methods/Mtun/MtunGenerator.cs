using Revisage.Training.Layers;

namespace Revisage.Training.Methods.Mtun;

/// <summary>Where MTUN estimates its heatmaps, by the map's height and width (Yu 2018, table 2).</summary>
public enum HeatmapPlace
{
    /// <summary>Nowhere: the upsampling branch alone.</summary>
    None,

    /// <summary>Before anything is enlarged, or set upright.</summary>
    At16,

    /// <summary>Before the face is set upright.</summary>
    At32,

    /// <summary>On the upright features.</summary>
    At64,
}

/// <summary>The sizes and parts of <see cref="MtunGenerator"/>; the defaults are the paper's.</summary>
public sealed record MtunOptions
{
    /// <summary>Channels that the autoencoder starts with; it ends with 8 times, the enlarged map has twice as many.</summary>
    public int Width { get; init; } = 32;

    /// <summary>Channels of the heatmap branch and of what follows the transformer; a multiple of 4.</summary>
    public int Features { get; init; } = 64;

    /// <summary>Hourglasses of the heatmap branch, 1 to 4 in the paper's table 2.</summary>
    public int Stacks { get; init; } = 4;

    public HeatmapPlace Heatmaps { get; init; } = HeatmapPlace.At64;

    /// <summary>Without it, the input alone is enlarged ("Ours-double-dagger" of table 1).</summary>
    public bool Autoencoder { get; init; } = true;

    /// <summary>
    /// The way past the heatmaps, which there is at 64 pixels only; without it "Ours-dagger" of table 1.
    /// </summary>
    public bool Skip { get; init; } = true;

    public TransformerHead Transformer { get; init; } = TransformerHead.Paper;
}

/// <summary>
/// MTUN (Yu et al., "Face Super-resolution Guided by Facial Component Heatmaps", ECCV 2018, figure 2): autoencoder and transposed
/// convolutions enlarge an unaligned face's features, a spatial transformer sets them upright, stacked hourglasses find
/// where eyes, nose, mouth and jaw are, and those maps guide the rest of the way to RGB. [N, 3, 16, 16] in [-1, 1] to
/// [N, 3, 128, 128] in that range, not clamped; 44,950,607 parameters,
/// 6.68 G multiply-adds from 16 pixels.
/// </summary>
/// <remarks>
/// Differs from the paper, as the authors' code does: features by-pass the heatmaps on a way of their own ("skip"), and the
/// residual blocks' widths. The transformer's layers are pieced together: the paper's do not fit 64 pixels (see
/// <see cref="TransformerHead"/>). Colours are RGB; the authors' files hold BGR.
/// </remarks>
public sealed class MtunGenerator : Block
{
    private readonly MtunOptions options;
    private readonly MtunAutoencoder? autoencoder;
    private readonly Block up32;
    private readonly Block up64;
    private readonly SpatialTransformer transformer;
    private readonly Sequence upright;
    private readonly HeatmapBranch? branch;
    private readonly Block decoder;
    private readonly Sequence tail;

    /// <exception cref="RevisageException">The branch has no hourglass.</exception>
    public MtunGenerator(MtunOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Stacks < 1)
        {
            throw new RevisageException(
                $"MTUN's heatmaps come from one or more hourglasses, but stacks is {options.Stacks}. Set heatmaps to none to leave them out.");
        }

        this.options = options;
        var (width, features) = (options.Width, options.Features);
        var at16 = 3 + (options.Autoencoder ? 8 * width : 0);
        autoencoder = options.Autoencoder ? new(width) : null;
        branch = options.Heatmaps switch
        {
            HeatmapPlace.At16 => new(at16, features, options.Stacks),
            HeatmapPlace.At32 => new(4 * width, features, options.Stacks),
            HeatmapPlace.At64 => new(features, features, options.Stacks),
            _ => null,
        };
        up32 = new MtunDeconvolution(at16 + (options.Heatmaps is HeatmapPlace.At16 ? HeatmapBranch.Components : 0), 4 * width);
        up64 = options.Heatmaps is HeatmapPlace.At32 ? Guided(4 * width + HeatmapBranch.Components, features) : new MtunDeconvolution(4 * width, 2 * width);

        var at64 = options.Heatmaps switch
        {
            HeatmapPlace.At16 => 2 * width,
            HeatmapPlace.At32 => 3 + features,
            _ => 3 + 2 * width,
        };
        var aligned = options.Heatmaps is HeatmapPlace.None ? 3 * features / 2 : features;
        transformer = SpatialTransformer.Of64(at64, options.Transformer);
        upright = new(new Conv2d(at64, aligned, 3, padding: 1), new BatchNorm2d(aligned), new Relu());
        decoder = options.Heatmaps switch
        {
            HeatmapPlace.At64 => new GuidedDecoder(features, options.Skip),
            HeatmapPlace.None => new Sequence(
                new Conv2d(aligned, 2 * features, 3, padding: 1), new MtunResidualBlock(2 * features, features),
                new MtunResidualBlock(features, features), new Relu(), Enlarged(features)),
            _ => Enlarged(features),
        };
        tail = new(
            new Conv2d(features / 2, features / 4, 3, padding: 1), new MtunResidualBlock(features / 4, features / 4), new Relu(),
            new Conv2d(features / 4, 3, 5, padding: 2));
    }

    /// <summary>The face alone.</summary>
    public override FeatureMap Forward(FeatureMap x) => FaceAndHeatmaps(x).Face;

    /// <summary>The face and the last stack's heatmaps; the face alone where there is no branch.</summary>
    public override IReadOnlyList<FeatureMap> ForwardAll(IReadOnlyList<FeatureMap> inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        var (face, heatmaps) = FaceAndHeatmaps(inputs.Single());
        return heatmaps.Count > 0 ? [face, heatmaps[^1]] : [face];
    }

    /// <summary>The face, and every stack's heatmaps [N, 4, side, side], the best last; none where there is no branch.</summary>
    public (FeatureMap Face, IReadOnlyList<FeatureMap> Heatmaps) FaceAndHeatmaps(FeatureMap x)
    {
        IReadOnlyList<FeatureMap> heatmaps = [];
        var features = autoencoder is null ? x : x.Concat(autoencoder.Forward(x));      // N x 259 x 16 x 16
        features = up32.Forward(WithHeatmaps(HeatmapPlace.At16, features));             // N x 128 x 32 x 32
        features = up64.Forward(WithHeatmaps(HeatmapPlace.At32, features));             // N x 64 x 64 x 64
        if (options.Heatmaps is not HeatmapPlace.At16)
        {
            features = x.Resize(Interpolation.Nearest, 4).Concat(features);
        }

        features = upright.Forward(transformer.Forward(features));
        features = decoder.Forward(WithHeatmaps(HeatmapPlace.At64, features));          // N x 32 x 128 x 128
        return (tail.Forward(features), heatmaps);

        FeatureMap WithHeatmaps(HeatmapPlace place, FeatureMap at)
        {
            if (branch is null || place != options.Heatmaps)
            {
                return at;
            }

            heatmaps = branch.Stacks(at);
            return at.Concat(heatmaps[^1]);
        }
    }

    /// <summary>Mixes heatmaps in, then twice the size.</summary>
    private static Sequence Guided(int inChannels, int features) => new(
        new Conv2d(inChannels, features, 3, padding: 1), new MtunResidualBlock(features, features), new Relu(), new NearestUpsample(2),
        new Conv2d(features, features, 3, padding: 1), new MtunResidualBlock(features, features), new Relu());

    /// <summary>From 64 to 128 pixels where the heatmaps are not met there.</summary>
    private static Sequence Enlarged(int features) => new(
        new NearestUpsample(2), new Conv2d(features, features, 3, padding: 1), new MtunResidualBlock(features, features / 2),
        new MtunResidualBlock(features / 2, features / 2), new Relu());

    /// <summary>Upright features and, behind them, four heatmaps, to half the features at twice the size.</summary>
    private sealed class GuidedDecoder(int features, bool skip) : Block
    {
        private readonly Sequence guided = new(
            new Conv2d(features + HeatmapBranch.Components, features, 3, padding: 1), new MtunResidualBlock(features, features), new Relu(), new NearestUpsample(2),
            new Conv2d(features, features / 2, 3, padding: 1), new MtunResidualBlock(features / 2, features / 2), new Relu());

        private readonly Sequence? skip = skip
            ? new(new NearestUpsample(2), new Conv2d(features, features, 3, padding: 1), new MtunResidualBlock(features, features), new Relu())
            : null;

        private readonly Sequence merged = skip
            ? new(
                new Conv2d(features + features / 2, features, 3, padding: 1), new MtunResidualBlock(features, features / 2),
                new MtunResidualBlock(features / 2, features / 2), new Relu())
            : new(
                new Conv2d(features / 2, features / 2, 3, padding: 1), new MtunResidualBlock(features / 2, features / 2),
                new MtunResidualBlock(features / 2, features / 2), new Relu());

        public override FeatureMap Forward(FeatureMap x)
        {
            var decoded = guided.Forward(x);
            return merged.Forward(skip is null ? decoded : skip.Forward(x.Channels(0, features)).Concat(decoded));
        }
    }
}
