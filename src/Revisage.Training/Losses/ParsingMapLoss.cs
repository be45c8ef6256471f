using Revisage.Torch;

namespace Revisage.Training.Losses;

/// <summary>
/// mean (P - S)²: W-Net's loss of the parsing map that it estimates at the small face's size (W-Net, equation 25). No classes take
/// part: the map says how much of a pixel is skin.
/// </summary>
public static class ParsingMapLoss
{
    /// <param name="estimated">[N, 3, h, w], the map thrice, not clamped.</param>
    /// <param name="skin">[N, 1, h, w] in [0, 1], the true one.</param>
    public static Tensor Of(Tensor estimated, Tensor skin) => PixelLoss.L2(estimated, skin);
}
