using Revisage.Data;
using Revisage.Data.GroundTruth;
using Revisage.Torch;

namespace Revisage.Training.Methods.WNet;

/// <summary>What W-Net learns from a batch's parsing maps.</summary>
public static class WNetTargets
{
    private static readonly FaceRegion[] Regions = Enum.GetValues<FaceRegion>();

    /// <returns>[N, 1, h, w] of the small face's size: how much of a pixel is skin.</returns>
    public static Tensor Skin(FaceBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        var (side, large) = (batch.LowResSide, batch.HighResSide);
        var skin = new float[batch.Size * side * side];
        for (var i = 0; i < batch.Size; i++)
        {
            ParsingMaps.SmallSkin(batch.Parsing.AsSpan(i * large * large, large * large), large, large, side, skin.AsSpan(i * side * side, side * side));
        }

        return Tensor.Of(skin, batch.Size, 1, side, side);
    }

    /// <returns>[N, 4, H, W] of the large face's size, in the order of <see cref="FaceRegion"/>: 1 where the part is seen.</returns>
    public static Tensor Parts(FaceBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        var pixels = batch.HighResSide * batch.HighResSide;
        var masks = new float[batch.Size * Regions.Length * pixels];
        for (var i = 0; i < batch.Size; i++)
        {
            foreach (var (part, region) in Regions.Index())
            {
                ParsingMaps.Mask(batch.Parsing.AsSpan(i * pixels, pixels), region, masks.AsSpan((i * Regions.Length + part) * pixels, pixels));
            }
        }

        return Tensor.Of(masks, batch.Size, Regions.Length, batch.HighResSide, batch.HighResSide);
    }
}
