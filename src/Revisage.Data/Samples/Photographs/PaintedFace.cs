using System.Numerics;
using Revisage.Imaging;

namespace Revisage.Data.Samples.Photographs;

/// <summary>A sample face on its way into a photograph: brought towards the light of the others, with the colour of its skin.</summary>
internal sealed class PaintedFace
{
    // The light in which the people of one photograph stand.
    private static readonly Vector3 Tone = new(1.22f, 0.97f, 0.83f);
    private const float Brightness = 0.57f;

    private readonly RgbPicture picture;
    private readonly Vector3 gain;

    /// <param name="picture">A square as the training faces are cut.</param>
    public PaintedFace(RgbPicture picture)
    {
        this.picture = picture;
        var mean = Mean(picture, new(0.3f, 0.35f), new(0.7f, 0.85f));
        var grey = Grey(mean);
        var wanted = float.Lerp(grey, Brightness, 0.55f) * Vector3.Lerp(mean / grey, Tone, 0.6f);
        gain = wanted / mean;
        Skin = gain * Mean(picture, new(0.35f, 0.55f), new(0.65f, 0.72f));
    }

    private PaintedFace(PaintedFace other) => (picture, gain, Skin) = (other.picture.Mirrored(), other.gain, other.Skin);

    public Vector3 Skin { get; }

    public PaintedFace Mirrored() => new(this);

    /// <summary>Where its crop has a side of so many pixels.</summary>
    /// <returns>The colour at a place from the crop's centre, in crops.</returns>
    public Func<Vector2, Vector3> Sized(float side)
    {
        // Twice as fine as what is painted of it, which then may be turned without loss.
        var fine = Math.Max(4, (int)MathF.Round(2 * side));
        var small = picture.Resized(fine, fine, ResampleFilter.Bicubic);
        return place => gain * Bilinear(small, (place + new Vector2(0.5f)) * fine - new Vector2(0.5f));
    }

    private static Vector3 Bilinear(RgbPicture picture, Vector2 place)
    {
        place = Vector2.Clamp(place, Vector2.Zero, new(picture.Width - 1.001f, picture.Height - 1.001f));
        var (x, y) = ((int)place.X, (int)place.Y);
        return Vector3.Lerp(
            Vector3.Lerp(Pixel(picture, x, y), Pixel(picture, x + 1, y), place.X - x),
            Vector3.Lerp(Pixel(picture, x, y + 1), Pixel(picture, x + 1, y + 1), place.X - x),
            place.Y - y);
    }

    private static Vector3 Mean(RgbPicture picture, Vector2 from, Vector2 to)
    {
        var (sum, count) = (Vector3.Zero, 0);
        for (var y = (int)(from.Y * picture.Height); y < to.Y * picture.Height; y++)
        {
            for (var x = (int)(from.X * picture.Width); x < to.X * picture.Width; x++)
            {
                sum += Pixel(picture, x, y);
                count++;
            }
        }

        return sum / count;
    }

    private static Vector3 Pixel(RgbPicture picture, int x, int y)
    {
        var at = 3 * (y * picture.Width + x);
        return new Vector3(picture.Rgb[at], picture.Rgb[at + 1], picture.Rgb[at + 2]) / 255;
    }

    private static float Grey(Vector3 colour) => Vector3.Dot(colour, new(0.299f, 0.587f, 0.114f));
}
