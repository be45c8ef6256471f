using Revisage.Training.Layers;

namespace Revisage.Training.Methods.RevisageNet;

/// <summary>
/// The super-resolver of this project: most of its work is done at 16 pixels, where the whole face is in sight, by residual
/// blocks and self-attention that know where in the face they are; the doublings are thin. Bicubic enlargement is added, so what it
/// learns is what bicubic misses. [N, 3, 16, 16] (or 32, 64) to
/// [N, 3, 128, 128], both in the recipe's range; 3,723,724 parameters, 1.25 G
/// multiply-adds from 16 pixels.
/// </summary>
/// <remarks>
/// Small faces of 32 and 64 pixels enter the same trunk at 16 by an inverse pixel shuffle, and skip it to the maps of their own
/// size, so every size costs about the same. Of no paper: the residual blocks are EDSR's (Lim 2017), the trunk's learned positions
/// and attention are those of vision transformers (Dosovitskiy 2021), the global residual is VDSR's (Kim 2016).
/// </remarks>
public sealed class RevisageNetwork : Block
{
    private readonly Conv2d head;
    private readonly Weight? positions;
    private readonly Sequence body;
    private readonly IReadOnlyList<RevisageDoubling> up;
    private readonly Conv2d tail;

    private readonly int unshuffle;
    private readonly int scale;

    /// <param name="lowRes">Pixels of the small face's side: 16, 32 or 64.</param>
    /// <param name="highRes">Pixels of the large face's side: 2, 4 or 8 times as many.</param>
    public RevisageNetwork(RevisageOptions options, int lowRes, int highRes)
    {
        ArgumentNullException.ThrowIfNull(options);
        (unshuffle, scale) = (lowRes / RevisageOptions.TrunkSide, highRes / lowRes);
        var channels = options.Channels;
        head = new Conv2d(3 * unshuffle * unshuffle, channels, 3, padding: 1);
        positions = options.PositionMap ? new Weight([1, channels, RevisageOptions.TrunkSide, RevisageOptions.TrunkSide], Initializers.Zeros) : null;
        body = new Sequence([.. Trunk(options)]);
        // The last doubling is the tail's own shuffle.
        var doublings = int.Log2(highRes / RevisageOptions.TrunkSide) - 1;
        up = [.. Enumerable.Range(0, doublings).Select(i => Doubling(i))];
        tail = new Conv2d(channels >> doublings, 12, 3, padding: 1);

        RevisageDoubling Doubling(int index)
        {
            var side = RevisageOptions.TrunkSide << (index + 1);
            return new RevisageDoubling(
                channels >> index, channels >> (index + 1), index < options.TailBlocks.Count ? options.TailBlocks[index] : 1,
                skip: side <= lowRes ? lowRes / side : 0);
        }
    }

    public override FeatureMap Forward(FeatureMap x)
    {
        ArgumentNullException.ThrowIfNull(x);
        var features = head.Forward(unshuffle == 1 ? x : x.PixelUnshuffle(unshuffle));           // N x 128 x 16 x 16
        features = positions is null ? features : features.Add(positions);
        features = body.Forward(features);
        foreach (var doubling in up)
        {
            features = doubling.Forward(features, x);                                             // N x 64 x 32 x 32, N x 32 x 64 x 64
        }

        var detail = tail.Forward(features).PixelShuffle(2);                                      // N x 3 x 128 x 128
        return x.Resize(Interpolation.PillowBicubic, scale) + detail;
    }

    private static IEnumerable<Block> Trunk(RevisageOptions options)
    {
        for (var i = 1; i <= options.Blocks; i++)
        {
            yield return new QuietResidualBlock(options.Channels);
            if (options.AttentionEvery > 0 && i % options.AttentionEvery == 0)
            {
                yield return new SpatialSelfAttention(options.Channels);
            }
        }
    }
}
