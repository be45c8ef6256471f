using Revisage.Torch;

namespace Revisage.Training.Data;

/// <summary>
/// Faces as plain memory, which may cross threads as tensors may not: small and large ones of the same people, in
/// the recipe's range.
/// </summary>
/// <param name="First">The number of its first sample since the run began.</param>
/// <param name="Size">Images.</param>
/// <param name="LowRes">[Size, 3, LowResSide, LowResSide].</param>
/// <param name="HighRes">[Size, 3, HighResSide, HighResSide].</param>
public sealed record FaceBatch(long First, int Size, float[] LowRes, int LowResSide, float[] HighRes, int HighResSide)
{
    public Tensor LowResTensor(Device device) => Tensor.Of(LowRes, Size, 3, LowResSide, LowResSide).To(device);

    public Tensor HighResTensor(Device device) => Tensor.Of(HighRes, Size, 3, HighResSide, HighResSide).To(device);
}
