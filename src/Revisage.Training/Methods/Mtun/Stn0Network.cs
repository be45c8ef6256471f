using Revisage.Training.Layers;

namespace Revisage.Training.Methods.Mtun;

/// <summary>
/// STN0 (Yu 2018, section 3.4): sets faces of 16 pixels upright for those methods that take aligned ones. [N, 3, 16, 16]
/// to the same; 38,588 parameters.
/// </summary>
/// <remarks>Differs from the paper: none known. Zeros come in from outside: mid-grey for faces in [-1, 1].</remarks>
public sealed class Stn0Network : Block
{
    /// <summary>Pixels of a face's side.</summary>
    public const int Side = 16;

    // 16 -> 12 -> 6 -> 2 pixels a side.
    private readonly SpatialTransformer transformer = new(
        new(new Conv2d(3, 64, 5), new Relu(), new MaxPool2d(2), new Conv2d(64, 20, 5), new Relu()), features: 20 * 2 * 2);

    public override FeatureMap Forward(FeatureMap x) => transformer.Forward(x);
}
