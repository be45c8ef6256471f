using Revisage.Faces;
using Revisage.Imaging;

namespace Revisage.Training.Priors.FaceDetection;

/// <summary>A face on its way into a photograph: an oval of a picture, faded out towards its border.</summary>
/// <param name="Picture">At the size at which it is pasted.</param>
/// <param name="Face">In pixels of that picture.</param>
public sealed record PastedFace(RgbPicture Picture, ShownFace Face)
{
    // Of the box's sides, from its centre: hair, ears and chin are within.
    private const double Reach = 0.8;

    // Of the way from the centre: from here on it fades.
    private const double Solid = 0.72;

    /// <summary>An aligned face, brought to a size.</summary>
    /// <param name="size">The box's larger side, in pixels.</param>
    public static PastedFace Of(RgbPicture aligned, Landmarks points, double size)
    {
        ArgumentNullException.ThrowIfNull(aligned);
        ArgumentNullException.ThrowIfNull(points);
        var five = ShownFace.FiveOf(points);
        var face = new ShownFace(ShownFace.BoxOf(points), Array.TrueForAll(five, point => float.IsFinite(point.X)) ? five : null);
        var width = Math.Max(1, (int)Math.Round(aligned.Width * size / face.Box.Size));
        return new PastedFace(aligned.Resized(width, width * aligned.Height / aligned.Width, ResampleFilter.Bilinear), face.Moved((double)width / aligned.Width, 0, 0));
    }

    /// <summary>The picture's own part of the oval, in a photograph in which it begins at a place.</summary>
    /// <param name="photograph">Overwritten, [side, side, 3].</param>
    /// <returns>The face in pixels of the photograph.</returns>
    public ShownFace Into(byte[] photograph, int side, int left, int top)
    {
        ArgumentNullException.ThrowIfNull(photograph);
        var box = Face.Box;
        // No further than the picture goes, so that its straight borders do not show.
        var wide = Math.Max(1, Math.Min(Reach * box.Width, Math.Min(box.CentreX, Picture.Width - box.CentreX)));
        var high = Math.Max(1, Math.Min(Reach * box.Height, Math.Min(box.CentreY, Picture.Height - box.CentreY)));
        for (var y = Math.Max(0, -top); y < Math.Min(Picture.Height, side - top); y++)
        {
            for (var x = Math.Max(0, -left); x < Math.Min(Picture.Width, side - left); x++)
            {
                var away = Math.Sqrt(Square((x + 0.5 - box.CentreX) / wide) + Square((y + 0.5 - box.CentreY) / high));
                var fade = Math.Clamp((1 - away) / (1 - Solid), 0, 1);
                var share = fade * fade * (3 - 2 * fade);
                var (from, to) = (3 * (y * Picture.Width + x), 3 * ((top + y) * side + left + x));
                for (var channel = 0; channel < 3 && share > 0; channel++)
                {
                    photograph[to + channel] = (byte)(photograph[to + channel] + share * (Picture.Rgb[from + channel] - photograph[to + channel]) + 0.5);
                }
            }
        }

        return Face.Moved(1, left, top);

        static double Square(double value) => value * value;
    }
}
