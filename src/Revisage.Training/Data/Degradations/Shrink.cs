using Revisage.Imaging;

namespace Revisage.Training.Data.Degradations;

/// <summary>Brings a picture to width x height.</summary>
public sealed class Shrink(int width, int height, ShrinkMethod method) : IDegradation
{
    public RgbPicture Apply(RgbPicture picture, ref SampleRandom random)
    {
        ArgumentNullException.ThrowIfNull(picture);
        return new RgbPicture(Shrinking.Shrink(picture.Rgb, picture.Width, picture.Height, width, height, method), width, height);
    }
}
