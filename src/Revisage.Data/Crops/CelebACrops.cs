using Revisage.Faces;
using Revisage.Imaging;

namespace Revisage.Data.Crops;

/// <summary>
/// Progressive's aligned faces (Kim et al., BMVC 2019): the central 178x178 of CelebA's aligned 178x218, brought to
/// 128 by antialiased bilinear.
/// </summary>
public sealed record CelebACrop : FaceCrop
{
    public int Size { get; init; } = 128;

    public override string Id => "celeba";

    public override CropBasis Basis => CropBasis.Picture;

    public override string Description => FormattableString.Invariant($"central 178x178 of CelebA's aligned 178x218; {Size} pixels; bilinear");

    public override ResampleFilter Filter => ResampleFilter.Bilinear;

    public override CropPlan? Plan(int width, int height, FaceBox? box, Landmarks? landmarks) =>
        CelebA.IsAligned(width, height) ? new CropPlan(CelebA.Centre(178, 178), Size, Size, Size) : null;
}

/// <summary>
/// GWAInet's faces (Dogan et al., CVPRW 2019): the central 144 columns and 168 rows of CelebA's aligned 178x218, in
/// their own pixels.
/// </summary>
public sealed record GwaInetCrop : FaceCrop
{
    public override string Id => "gwainet";

    public override CropBasis Basis => CropBasis.Picture;

    public override string Description => "central 144x168 of CelebA's aligned 178x218";

    public override CropPlan? Plan(int width, int height, FaceBox? box, Landmarks? landmarks) =>
        CelebA.IsAligned(width, height) ? new CropPlan(CelebA.Centre(144, 168), 144, 168, 144) : null;
}

/// <summary>The aligned and cropped pictures of CelebA (Liu et al., ICCV 2015).</summary>
internal static class CelebA
{
    private const int Width = 178, Height = 218;

    public static bool IsAligned(int width, int height) => (width, height) == (Width, Height);

    public static FaceBox Centre(int width, int height) => new((Width - width) / 2, (Height - height) / 2, width, height);
}
