using Revisage.Data;
using Revisage.Torch;

namespace Revisage.Training.Priors.Parsing;

/// <summary>Parsing maps as cross-entropy wants them.</summary>
public static class ParsingLoss
{
    // PyTorch's: such pixels count for nothing.
    private const long Ignored = -100;

    /// <returns>[N, H, W] of 64-bit classes; unlabelled pixels are left out of the loss.</returns>
    public static Tensor Classes(FaceBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        return Tensor.Of(
            [.. batch.Parsing.Select(label => label == FaceBatch.Unlabelled ? Ignored : label)], batch.Size, batch.HighResSide, batch.HighResSide);
    }
}
