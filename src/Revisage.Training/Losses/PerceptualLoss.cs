using Revisage.Torch;

namespace Revisage.Training.Losses;

/// <summary>
/// How far two images lie apart in what a trained network sees of them (Johnson et al., ECCV 2016, equation 2): the sum over layers of the
/// mean squared difference of their maps. Kim 2019 (section 3.4) takes four layers of VGG-16, W-Net (equation 26) one
/// of VGG-19.
/// </summary>
public static class PerceptualLoss
{
    /// <param name="sr">The layers' maps of the super-resolved images, which carry the gradient.</param>
    /// <param name="hr">The same layers' of the true ones, in the same order.</param>
    public static Tensor Of(IReadOnlyList<Tensor> sr, IReadOnlyList<Tensor> hr)
    {
        ArgumentNullException.ThrowIfNull(sr);
        ArgumentNullException.ThrowIfNull(hr);
        return sr.Count == hr.Count && sr.Count > 0
            ? sr.Zip(hr, PixelLoss.L2).Aggregate((sum, layer) => sum + layer)
            : throw new ArgumentException($"The maps of {sr.Count} layers cannot be compared with those of {hr.Count}.", nameof(hr));
    }
}
