using Revisage.Training.Layers;

namespace Revisage.Training.Methods.Gwainet;

/// <summary>The sizes of <see cref="GwainetNetwork"/>; the defaults are the paper's.</summary>
public sealed record GwainetOptions
{
    /// <summary>Feature channels everywhere.</summary>
    public int Channels { get; init; } = 64;

    /// <summary>Residual blocks of the warper, as in the authors' code.</summary>
    public int WarperBlocks { get; init; } = 8;

    /// <summary>Residual blocks between two fusions; the generator has four such groups, GFEnet three.</summary>
    public int BlocksPerGroup { get; init; } = 4;

    /// <summary>
    /// Whether a guide is looked at. Without, what is left is the paper's ablation BAnet: SRnet alone, 1,665,283 parameters.
    /// </summary>
    public bool Guided { get; init; } = true;

    /// <summary>What the warper sees outside the guide; <see cref="WarpBorder.Cut"/> for the authors' weights.</summary>
    public WarpBorder Border { get; init; } = WarpBorder.Zero;
}

/// <summary>
/// GWAInet (Dogan, Gu, Timofte: "Exemplar Guided Face Image Super-Resolution without Facial Landmarks", CVPR Workshops 2019,
/// figure 2) as it is used: a small face [N, 3, h, w] and a large one of the same person [N, 3, 8h, 8w], both in [-1, 1], to
/// the large face [N, 3, 8h, 8w], not clipped to that range. The warper brings the guide over the enlarged face, the
/// generator enlarges with its help; 4,293,445 parameters,
/// 3.27 G multiply-adds from 16 pixels, named as in the authors' checkpoint but for GFEnet's prefix.
/// </summary>
/// <remarks>
/// Differs from the paper: the authors enlarge the small face outside by an 8-bit bicubic (Pillow's). Here the same weights are
/// part of the network, so training and export see one thing and need two inputs; what differs is that values are not
/// rounded, and clipped once instead of after each direction. A face that was enlarged elsewhere can be given. The mean
/// colours are those of the released model, whatever the training set: the paper takes each set's own.
/// </remarks>
/// <param name="height">Of the large face, 8h.</param>
/// <exception cref="RevisageException">The size does not fit.</exception>
public sealed class GwainetNetwork(GwainetOptions options, int height, int width) : Block
{
    private readonly Warper? warper = options.Guided ? new Warper(options, height, width) : null;
    private readonly GwainetGenerator generator = new(options);

    /// <summary>Without a guide: the face itself, made large, stands in for it.</summary>
    public override FeatureMap Forward(FeatureMap x) => warper is null ? generator.Forward(CentredFace.Small(x)) : Forward(x, CentredFace.Enlarged(x));

    /// <summary>The small face, and unless the network looks at none a guide.</summary>
    public override IReadOnlyList<FeatureMap> ForwardAll(IReadOnlyList<FeatureMap> inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        return warper is not null && inputs.Count == 2 ? [Forward(inputs[0], inputs[1])] : base.ForwardAll(inputs);
    }

    /// <param name="lowRes">[N, 3, h, w] in [-1, 1].</param>
    /// <param name="guide">[N, 3, 8h, 8w] in [-1, 1].</param>
    public FeatureMap Forward(FeatureMap lowRes, FeatureMap guide) => Forward(lowRes, CentredFace.Enlarged(lowRes), guide);

    /// <param name="lowRes">[N, 3, h, w] in [-1, 1].</param>
    /// <param name="enlarged">The same face as [N, 3, 8h, 8w].</param>
    /// <param name="guide">[N, 3, 8h, 8w] in [-1, 1].</param>
    public FeatureMap Forward(FeatureMap lowRes, FeatureMap enlarged, FeatureMap guide) => warper is null
        ? throw new InvalidOperationException("This network looks at no guide.")
        : generator.Forward(CentredFace.Small(lowRes), warper.Warp(CentredFace.Small(enlarged), CentredFace.Large(guide)));
}

/// <summary>
/// The warper of <see cref="GwainetNetwork"/> alone, its weights named as there: a small face [N, 3, h, w] and a guide
/// [N, 3, 8h, 8w] to the guide where the face has it, [N, 3, 8h, 8w], all in [-1, 1].
/// </summary>
/// <param name="height">Of the guide.</param>
/// <exception cref="RevisageException">The size does not fit.</exception>
public sealed class WarperAlone(GwainetOptions options, int height, int width) : Block
{
    private readonly Warper warper = new(options, height, width);

    /// <summary>Without a guide: the face itself, made large, stands in for it.</summary>
    public override FeatureMap Forward(FeatureMap x) => Forward(x, CentredFace.Enlarged(x));

    public override IReadOnlyList<FeatureMap> ForwardAll(IReadOnlyList<FeatureMap> inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        return inputs.Count == 2 ? [Forward(inputs[0], inputs[1])] : base.ForwardAll(inputs);
    }

    public FeatureMap Forward(FeatureMap lowRes, FeatureMap guide) =>
        CentredFace.FromLarge(warper.Warp(CentredFace.Small(CentredFace.Enlarged(lowRes)), CentredFace.Large(guide)));
}

/// <summary>Faces as the authors feed them, [0, 1] less the mean colour of their training set, from [-1, 1] and back.</summary>
internal static class CentredFace
{
    private const int Scale = 8;

    // Red, green and blue in [0, 255], of the small faces and of the large ones.
    private static readonly double[] LowResMean = [130.98089974, 106.99848177, 94.87540804];
    private static readonly double[] HighResMean = [130.99337721, 107.01429743, 94.89514401];

    /// <summary>Eight times as large, in [-1, 1] still. Pillow clips what the cubic overshoots.</summary>
    public static FeatureMap Enlarged(FeatureMap lowRes) => lowRes.Resize(Interpolation.PillowBicubic, Scale).Clamp(-1, 1);

    public static FeatureMap Small(FeatureMap face) => Centred(face, LowResMean);

    public static FeatureMap Large(FeatureMap face) => Centred(face, HighResMean);

    public static FeatureMap FromLarge(FeatureMap centred) => EachColour(centred, (colour, i) => colour.Affine(2, 2 * HighResMean[i] / 255 - 1));

    private static FeatureMap Centred(FeatureMap face, double[] mean) => EachColour(face, (colour, i) => colour.Affine(0.5, 0.5 - mean[i] / 255));

    private static FeatureMap EachColour(FeatureMap face, Func<FeatureMap, int, FeatureMap> change) =>
        change(face.Channels(0, 1), 0).Concat(change(face.Channels(1, 1), 1), change(face.Channels(2, 1), 2));
}
