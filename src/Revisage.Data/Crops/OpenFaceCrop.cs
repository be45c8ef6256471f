using Revisage.Faces;

namespace Revisage.Data.Crops;

/// <summary>
/// A square around OpenFace's 68 landmarks, as W-Net (2025) and DIC (Ma et al., CVPR 2020) train on, without margin.
/// </summary>
/// <remarks>The papers leave the square's side open; their pictures show 1.4 to 1.5 times the larger extent.</remarks>
public sealed record OpenFaceCrop : FaceCrop
{
    public int Size { get; init; } = 128;

    public double Extent { get; init; } = 1.45;

    public override string Id => "openface";

    public override CropBasis Basis => CropBasis.Landmarks;

    public override string Description => FormattableString.Invariant($"square of {Extent} times the landmarks' larger extent, around their box's centre; {Size} pixels; bicubic");

    public override CropPlan? Plan(int width, int height, FaceBox? box, Landmarks? landmarks)
    {
        var (x, y, extent) = Measure(landmarks);
        return new CropPlan(Square(x, y, Extent * extent), Size, Size, Size);
    }
}
