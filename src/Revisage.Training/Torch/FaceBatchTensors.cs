using Revisage.Data;
using Revisage.Torch;

namespace Revisage.Training.Torch;

/// <summary>A batch's faces as tensors, in the recipe's range.</summary>
public static class FaceBatchTensors
{
    /// <returns>[Size, 3, LowResSide, LowResSide].</returns>
    public static Tensor LowResTensor(this FaceBatch batch, Device device) => Faces(batch, batch.LowRes, batch.LowResSide, device);

    /// <returns>[Size, 3, HighResSide, HighResSide].</returns>
    public static Tensor HighResTensor(this FaceBatch batch, Device device) => Faces(batch, batch.HighRes, batch.HighResSide, device);

    /// <returns>[Size, 3, HighResSide, HighResSide].</returns>
    public static Tensor GuideTensor(this FaceBatch batch, Device device) => Faces(batch, batch.Guides, batch.HighResSide, device);

    /// <returns>[Size, 3, LowResSide, LowResSide].</returns>
    public static Tensor PoorTensor(this FaceBatch batch, Device device) => Faces(batch, batch.Poor, batch.LowResSide, device);

    private static Tensor Faces(FaceBatch batch, float[] values, int side, Device device) => Tensor.Of(values, batch.Size, 3, side, side).To(device);
}
