using Revisage.Torch;

namespace Revisage.Training.Losses;

/// <summary>
/// |e(sr) - e(hr)|² / D, the mean over the batch: how far apart an identity encoder sees two faces (Dogan et al.,
/// CVPR Workshops 2019, equation 7, where D is 4096).
/// </summary>
public static class IdentityLoss
{
    /// <param name="sr">Embeddings [N, D], as the encoder gives them; <paramref name="hr"/> likewise, of the same people.</param>
    public static Tensor Of(Tensor sr, Tensor hr) => (sr - hr).Pow(2).Mean();
}
