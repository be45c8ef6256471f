using Revisage.Imaging;

namespace Revisage.Photographs.Video;

/// <summary>
/// Keeps a restored face from flickering. Where the input does not change but for noise, what is blended in changes by less than the input's own
/// noise, towards the mean over frames; where it does, the new frame's is taken.
/// </summary>
internal sealed class SteadyLayer
{
    // How far a still face goes towards the new frame's, at most.
    private const float Averaging = 0.1f;

    // And by how much of the input's own change around a pixel.
    private const float OfOwn = 0.5f;

    // Change around a pixel, in the mean and so without noise, from which the face is taken to move, and at which it surely does.
    private const float Moves = 2f / 255;
    private const float SurelyMoves = 8f / 255;

    // Of noise, which does not average out wholly.
    private const float OfNoise = 0.35f;

    // Pixels around, as a share of the face's side.
    private const double Around = 1 / 20.0;

    private const float Least = 1f / 1024;

    private FaceLayer? shown;

    // The input that what is shown stands for, and that of the frame before: of the layer's box.
    private float[] meant = [];
    private float[] before = [];

    /// <summary>How much of the face is blended in; null before the first frame.</summary>
    public double? Strength { get; private set; }

    /// <summary>Goes slowly towards what is asked for.</summary>
    public double StrengthTowards(double wanted)
    {
        const double step = 0.02;
        Strength = Strength is { } now ? now + Math.Clamp(wanted - now, -step, step) : wanted;
        return Strength.Value;
    }

    /// <param name="layer">The face as this frame alone makes it.</param>
    /// <param name="frame">The result without faces.</param>
    /// <param name="moved">From 0, where its place is that of the frame before, to 1, where nothing of that is of use.</param>
    /// <returns>The layer to blend in.</returns>
    public FaceLayer Next(FaceLayer layer, Photo frame, float moved)
    {
        var (box, plane) = (layer.Box, layer.Box.Width * layer.Box.Height);
        var own = frame.Region(box).Pixels;
        if (shown is null || moved >= 1)
        {
            (meant, before, shown) = (own, own, layer);
            return layer;
        }

        var last = new Overlay(shown.Box, box);
        var (oldMeant, oldBefore) = (last.Moved(meant, own), last.Moved(before, own));
        var (oldPixels, oldShares) = (last.Moved(shown.Pixels.Pixels, layer.Pixels.Pixels), last.Moved(shown.Shares, layer.Shares));
        var radius = Math.Max(1, (int)Math.Round(Around * Math.Max(box.Width, box.Height)));
        var change = BoxMean.Of(Greys(own, oldMeant, plane, signed: true), box.Width, box.Height, radius);
        var noise = BoxMean.Of(Greys(own, oldBefore, plane, signed: false), box.Width, box.Height, radius);
        var (pixels, shares, means) = (new float[3 * plane], new float[plane], new float[3 * plane]);
        for (var at = 0; at < plane; at++)
        {
            var fresh = Math.Max(moved, Ramp(Math.Abs(change[at]) - OfNoise * noise[at]));
            shares[at] = oldShares[at] + fresh * (layer.Shares[at] - oldShares[at]);
            for (var k = at; k < 3 * plane; k += plane)
            {
                // What is under no share has no pixels of its own.
                var to = layer.Shares[at] < Least ? oldPixels[k] : layer.Pixels.Pixels[k];
                var from = oldShares[at] < Least ? to : oldPixels[k];
                var step = Math.Clamp(Averaging * (to - from), -OfOwn * noise[at], OfOwn * noise[at]);
                pixels[k] = from + fresh * (to - from) + (1 - fresh) * step;
                means[k] = oldMeant[k] + Math.Max(fresh, Averaging) * (own[k] - oldMeant[k]);
            }
        }

        (meant, before) = (means, own);
        shown = new FaceLayer(box, new Image(box.Width, box.Height, pixels), shares);
        return shown;
    }

    private static float Ramp(float change)
    {
        var share = Math.Clamp((change - Moves) / (SurelyMoves - Moves), 0, 1);
        return share * share * (3 - 2 * share);
    }

    private static float[] Greys(float[] now, float[] then, int plane, bool signed)
    {
        var greys = new float[plane];
        for (var at = 0; at < plane; at++)
        {
            var (red, green, blue) = (now[at] - then[at], now[plane + at] - then[plane + at], now[2 * plane + at] - then[2 * plane + at]);
            greys[at] = signed ? (red + green + blue) / 3 : (Math.Abs(red) + Math.Abs(green) + Math.Abs(blue)) / 3;
        }

        return greys;
    }

    /// <summary>Planes of an earlier box, laid out for a new one.</summary>
    private readonly record struct Overlay(PixelBox From, PixelBox To)
    {
        /// <param name="otherwise">What is taken beyond the earlier box.</param>
        public float[] Moved(float[] values, float[] otherwise)
        {
            if (From == To)
            {
                return values;
            }

            var moved = (float[])otherwise.Clone();
            var (left, right) = (Math.Max(From.Left, To.Left), Math.Min(From.Left + From.Width, To.Left + To.Width));
            var (top, bottom) = (Math.Max(From.Top, To.Top), Math.Min(From.Top + From.Height, To.Top + To.Height));
            var (fromPlane, toPlane) = (From.Width * From.Height, To.Width * To.Height);
            for (var plane = 0; left < right && plane < otherwise.Length / toPlane; plane++)
            {
                for (var y = top; y < bottom; y++)
                {
                    values.AsSpan(plane * fromPlane + (y - From.Top) * From.Width + left - From.Left, right - left)
                        .CopyTo(moved.AsSpan(plane * toPlane + (y - To.Top) * To.Width + left - To.Left));
                }
            }

            return moved;
        }
    }
}
