using Revisage.Faces;

namespace Revisage.Data.Crops;

/// <summary>
/// The dataset's or detector's box, as the unaligned faces of Progressive (Kim et al., BMVC 2019; CelebA in the wild,
/// AFLW) and those of High-to-Low (Bulat et al., ECCV 2018) are cut.
/// </summary>
/// <remarks>Differs from the papers: a box that is no square is widened to one, so that faces keep their shape.</remarks>
public sealed record BoxCrop : FaceCrop
{
    public int Size { get; init; } = 128;

    /// <summary>Side of the square over the box's larger side.</summary>
    public double Factor { get; init; } = 1;

    public override string Id => "box";

    public override CropBasis Basis => CropBasis.Box;

    public override string Description => FormattableString.Invariant($"square of {Factor} times the box's larger side; {Size} pixels; bicubic");

    public override CropPlan? Plan(int width, int height, FaceBox? box, Landmarks? landmarks)
    {
        var face = box ?? throw new ArgumentNullException(nameof(box));
        var side = Factor * Math.Max(face.Width, face.Height);
        return new CropPlan(Square(face.Left + face.Width / 2, face.Top + face.Height / 2, side), Size, Size, Size);
    }
}
