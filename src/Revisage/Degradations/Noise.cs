using Revisage.Imaging;
namespace Revisage.Degradations;

/// <summary>Independent Gaussian noise on every value.</summary>
/// <param name="sigma">Standard deviations to choose from, in grey levels of 255.</param>
public sealed class GaussianNoise(Interval sigma) : IDegradation
{
    public RgbPicture Apply(RgbPicture picture, ref SampleRandom random)
    {
        ArgumentNullException.ThrowIfNull(picture);
        var drawn = (float)sigma.Draw(ref random);
        if (drawn == 0)
        {
            return picture;
        }

        var normal = new float[picture.Rgb.Length];
        NormalNumbers.Fill(ref random, normal);
        var target = new byte[normal.Length];
        for (var i = 0; i < target.Length; i++)
        {
            target[i] = (byte)Math.Clamp(picture.Rgb[i] + drawn * normal[i] + 0.5f, 0, 255);
        }

        return new RgbPicture(target, picture.Width, picture.Height);
    }
}
