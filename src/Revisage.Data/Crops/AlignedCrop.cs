using Revisage.Faces;
using Revisage.Photographs;

namespace Revisage.Data.Crops;

/// <summary>
/// This project's own: upright, a square of 1.45 times the landmarks' larger extent, raised so that the forehead is
/// in, and an eighth of margin on each side for augmentation.
/// </summary>
public sealed record AlignedCrop : FaceCrop
{
    private const int Least = 128;

    /// <summary>Side of the face, without margin. Above 128, faces that the photograph shows smaller come at 128.</summary>
    public int Size { get; init; } = 128;

    /// <summary>Side of the square over the landmarks' larger extent.</summary>
    public double Extent { get; init; } = FaceFraming.Extent;

    /// <summary>How far the square's centre is above that of the landmarks' box, over the larger extent.</summary>
    public double Lift { get; init; } = FaceFraming.Lift;

    public override string Id => "aligned";

    public override CropBasis Basis => CropBasis.Landmarks;

    public override string Description => FormattableString.Invariant(
        $"square of {Extent} times the landmarks' larger extent, its centre {Lift} of it above their box's; {Size} of {Size / 4 * 5} pixels{(Size > Least ? $", or {Least} of {Least / 4 * 5} where the photograph has fewer" : "")}; bicubic");

    public override CropPlan? Plan(int width, int height, FaceBox? box, Landmarks? landmarks)
    {
        var (x, y, extent) = Measure(landmarks);
        var side = Extent * extent;
        var hr = side >= Size ? Size : Math.Min(Size, Least);
        var stored = hr / 4 * 5;
        return new CropPlan(Square(x, y - Lift * extent, side * stored / hr), stored, stored, hr);
    }
}
