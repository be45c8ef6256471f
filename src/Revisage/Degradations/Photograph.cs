using Revisage.Imaging;

namespace Revisage.Degradations;

/// <summary>
/// What a face went through before somebody cuts it out of a photograph: brought to some size by some method, blurred by lens and hand,
/// noisy, compressed, cut out at the small face's size, and perhaps compressed again; each step by chance, from nothing up
/// (after Zhang et al., "Designing a Practical Degradation Model for Deep Blind Image Super-Resolution", ICCV 2021, section 3, and
/// Wang et al., "Real-ESRGAN", ICCVW 2021, section 3).
/// </summary>
/// <param name="side">Of the small face, in pixels.</param>
/// <remarks>Differs from both: the order is that of a camera and not drawn, and blurs are drawn at the photograph's size.</remarks>
public sealed class Photograph(PhotographOptions options, int side) : IDegradation
{
    private const int JpegBlock = 8;

    private readonly PhotographOptions options = options.Checked();
    private readonly ColourJitter? colour = options.Colour is null ? null : new ColourJitter(options.Colour);
    private readonly GaussianNoise noise = new(options.Noise);
    private readonly Jpeg jpeg = new(options.Jpeg);
    private readonly Jpeg secondJpeg = new(options.SecondJpeg);

    public RgbPicture Apply(RgbPicture picture, ref SampleRandom random)
    {
        ArgumentNullException.ThrowIfNull(picture);
        if (Happens(options.Clean, ref random))
        {
            return picture.Shrunk(side, side, ShrinkMethod.Bicubic);
        }

        // A face that is smaller than the cut would be enlarged, and that no photograph does.
        var cut = Math.Min((int)Math.Round(options.Cut.Draw(ref random) * side), Math.Min(picture.Width, picture.Height));
        var method = options.Shrink[random.Next(0, options.Shrink.Count - 1)];
        picture = picture.Shrunk(cut, cut, method);
        var pixel = (double)cut / side;
        if (colour is not null)
        {
            picture = colour.Apply(picture, ref random);
        }

        if (Happens(options.Chance, ref random))
        {
            var wide = options.Blur.Draw(ref random) * pixel;
            picture = OvalBlur.Of(picture, wide, wide * options.Roundness.Draw(ref random), Math.PI * random.NextDouble());
        }

        if (Happens(options.Chance, ref random))
        {
            picture = MotionBlur.Along(picture, options.Motion.Draw(ref random) * pixel, Math.PI * random.NextDouble());
        }

        if (Happens(options.Chance, ref random))
        {
            picture = noise.Apply(picture, ref random);
        }

        if (Happens(options.JpegChance, ref random))
        {
            picture = Compressed(picture, ref random);
        }

        picture = picture.Shrunk(side, side, ShrinkMethod.Bicubic);
        return Happens(options.SecondJpegChance, ref random) ? secondJpeg.Apply(picture, ref random) : picture;
    }

    private static bool Happens(double chance, ref SampleRandom random) => random.NextDouble() < chance;

    /// <summary>As part of a larger picture, in which the blocks do not begin where the face does.</summary>
    private RgbPicture Compressed(RgbPicture picture, ref SampleRandom random)
    {
        var (left, top) = (random.Next(0, JpegBlock - 1), random.Next(0, JpegBlock - 1));
        var larger = jpeg.Apply(picture.Part(-left, -top, picture.Width + left, picture.Height + top), ref random);
        return larger.Part(left, top, picture.Width, picture.Height);
    }
}
