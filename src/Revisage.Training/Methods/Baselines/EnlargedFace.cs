using Revisage.Data;
using Revisage.Training.Layers;

namespace Revisage.Training.Methods.Baselines;

/// <summary>What SRCNN and VDSR begin with: the small face, enlarged as Pillow's bicubic does it, up to that one's rounding and clamping.</summary>
internal static class EnlargedFace
{
    public static FeatureMap Of(FeatureMap face, int factor) => factor == 1 ? face : face.Resize(Interpolation.PillowBicubic, factor);

    /// <summary>Rounded down, where sizes do not fit: <see cref="SuperResolution.CheckSizes"/> says so then.</summary>
    public static int FactorOf(DataOptions data) => data.HighRes / Math.Max(1, data.LowRes);
}
