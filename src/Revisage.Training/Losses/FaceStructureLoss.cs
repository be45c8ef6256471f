using Revisage.Torch;

namespace Revisage.Training.Losses;

/// <summary>
/// MTUN's face structure loss (Yu 2018, equation 5) under intermediate supervision: the sum over its stacks of
/// mean (estimated - true)², over all components and pixels, each stack at weight 1.
/// </summary>
/// <remarks>
/// Differs from the paper, as the authors' code does: the mean is over whole maps. There it is over the visible landmarks of each
/// component; a component that is out of sight is an empty map here.
/// </remarks>
public static class FaceStructureLoss
{
    /// <param name="stacks">Each [N, 4, H, W].</param>
    /// <param name="heatmaps">[N, 4, H, W] in [0, 1], of the upright face.</param>
    public static Tensor Of(IReadOnlyList<Tensor> stacks, Tensor heatmaps) =>
        stacks.Select(stack => (stack - heatmaps).Pow(2).Mean()).Aggregate((sum, stack) => sum + stack);
}
