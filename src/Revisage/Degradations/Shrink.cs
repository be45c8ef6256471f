using Revisage.Imaging;

namespace Revisage.Degradations;

/// <summary>Brings a picture to width x height.</summary>
public sealed class Shrink(int width, int height, ShrinkMethod method) : IDegradation
{
    public RgbPicture Apply(RgbPicture picture, ref SampleRandom random)
    {
        ArgumentNullException.ThrowIfNull(picture);
        return picture.Shrunk(width, height, method);
    }
}
