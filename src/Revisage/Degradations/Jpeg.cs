using Revisage.Imaging;

namespace Revisage.Degradations;

/// <summary>Compressed by JPEG and decoded again; colour at half resolution below quality 90.</summary>
/// <param name="quality">To choose from, 1 to 100.</param>
public sealed class Jpeg(Interval quality) : IDegradation
{
    public RgbPicture Apply(RgbPicture picture, ref SampleRandom random)
    {
        ArgumentNullException.ThrowIfNull(picture);
        var file = ImageFile.EncodeJpeg(Image.FromRgb24(picture.Width, picture.Height, picture.Rgb), quality.DrawWhole(ref random));
        return new RgbPicture(ImageFile.Decode(file, "a compressed sample").ToRgb24(), picture.Width, picture.Height);
    }
}
