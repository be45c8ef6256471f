using Revisage.Torch;

namespace Revisage.Training.Losses;

/// <summary>
/// W-Net's losses of the key parts, eyes, brows, nose and mouth, all of equal weight (W-Net, equations 27 and 28): how far the faces lie apart
/// where a part is, in pixels, and in what VGG sees of the masked faces. A part that is not seen counts for nothing.
/// </summary>
/// <remarks>Differs from the paper: the pixels' loss is a mean over the part's pixels instead of the whole face's, so that small parts count as large ones.</remarks>
public static class KeyPartLoss
{
    /// <summary>The sum over parts of mean (m sr - m hr)² HW / sum m, each image by its own mask, averaged over images.</summary>
    /// <param name="sr">[N, 3, H, W]; <paramref name="hr"/> likewise.</param>
    /// <param name="masks">[N, parts, H, W], 1 where the part is and 0 elsewhere.</param>
    public static Tensor Pixels(Tensor sr, Tensor hr, Tensor masks)
    {
        ArgumentNullException.ThrowIfNull(masks);
        var squares = (sr - hr).Pow(2).Mean([1], keepDim: true);            // N x 1 x H x W
        var extents = masks.Sum([2, 3]).Clamp(1, null);                     // N x parts; of no pixel the sum is 0 too
        return ((masks * masks * squares).Sum([2, 3]) / extents).Sum([1]).Mean();
    }

    /// <summary>The faces with all but one part black, [N * parts, 3, H, W], a face's parts one after another: what <see cref="PerceptualLoss"/> is computed on.</summary>
    /// <param name="faces">[N, 3, H, W], where 0 is black.</param>
    public static Tensor Masked(Tensor faces, Tensor masks)
    {
        ArgumentNullException.ThrowIfNull(faces);
        ArgumentNullException.ThrowIfNull(masks);
        var (face, mask) = (faces.Shape, masks.Shape);
        return (faces.Reshape(face[0], 1, face[1], face[2], face[3]) * masks.Reshape(mask[0], mask[1], 1, mask[2], mask[3]))
            .Reshape(-1, face[1], face[2], face[3]);
    }
}
