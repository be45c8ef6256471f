using System.Numerics;
using System.Runtime.Intrinsics;
using Revisage.Imaging;

namespace Revisage.Photographs;

/// <summary>A restored face where it lies in the result, before it is blended in.</summary>
/// <param name="Box">In pixels of the result.</param>
/// <param name="Pixels">[3, Box.Height, Box.Width]; only where a share is not 0.</param>
/// <param name="Shares">[Box.Height, Box.Width], how much of each pixel is taken, 0 to 1.</param>
public sealed record FaceLayer(PixelBox Box, Image Pixels, float[] Shares)
{
    // Less cannot change a value of 8 bits.
    private const float Least = 1f / 1024;

    /// <param name="scale">How many times as large the result is as the photograph in which the face was found.</param>
    /// <param name="width">Of the result.</param>
    /// <returns>Null of a face that lies outside.</returns>
    public static FaceLayer? Of(RestoredFace face, FaceMask mask, double scale, int width, int height)
    {
        ArgumentNullException.ThrowIfNull(face);
        ArgumentNullException.ThrowIfNull(mask);
        var box = face.Aligned.Bounds(scale).Within(width, height);
        if (box.IsEmpty || !Matrix3x2.Invert(face.Aligned.ToPhotograph, out var toSquare))
        {
            return null;
        }

        // Shrunk first, so that what is sampled below has no finer detail than the photograph can show.
        var wanted = Math.Max(1, (int)Math.Round(face.Aligned.Side * scale));
        var shown = wanted < face.Restored.Width ? SmoothResize.To(face.Restored, wanted) : face.Restored;
        var plane = box.Width * box.Height;
        var (pixels, shares) = (new float[3 * plane], new float[plane]);
        for (var y = 0; y < box.Height; y++)
        {
            for (var x = 0; x < box.Width; x++)
            {
                var place = Vector2.Transform(new Vector2(box.Left + x + 0.5f, box.Top + y + 0.5f) / (float)scale, toSquare);
                if (place.X < 0 || place.Y < 0 || place.X > 1 || place.Y > 1)
                {
                    continue;
                }

                var at = y * box.Width + x;
                shares[at] = mask.At(place.X, place.Y);
                if (shares[at] < Least)
                {
                    continue;
                }

                var taps = new CubicTaps(place.X * shown.Width - 0.5f, place.Y * shown.Height - 0.5f, shown.Width, shown.Height);
                for (var colour = 0; colour < 3; colour++)
                {
                    pixels[colour * plane + at] = Math.Clamp(taps.Of(shown.Pixels.AsSpan(colour * shown.Width * shown.Height)), 0, 1);
                }
            }
        }

        return new FaceLayer(box, new Image(box.Width, box.Height, pixels), shares);
    }

    /// <param name="photo">Changed under the shares alone.</param>
    /// <param name="strength">From 0, nothing, to 1.</param>
    public void Into(Photo photo, double strength)
    {
        ArgumentNullException.ThrowIfNull(photo);
        if (strength <= 0)
        {
            return;
        }

        var before = photo.Region(Box);
        var after = (float[])before.Pixels.Clone();
        for (var at = 0; at < Shares.Length; at++)
        {
            var share = (float)strength * Shares[at];
            if (share < Least)
            {
                continue;
            }

            for (var colour = at; colour < after.Length; colour += Shares.Length)
            {
                after[colour] += share * (Pixels.Pixels[colour] - after[colour]);
            }
        }

        photo.Change(Box, before, new Image(Box.Width, Box.Height, after));
    }

    /// <summary>Keys' cubic (a = -0.5) around a place between pixels, of which the edge's go on beyond it.</summary>
    private readonly ref struct CubicTaps
    {
        private readonly Vector4 across;
        private readonly Vector4 down;
        private readonly int left;
        private readonly int top;
        private readonly int width;
        private readonly int height;

        public CubicTaps(float x, float y, int width, int height)
        {
            var (floorX, floorY) = (MathF.Floor(x), MathF.Floor(y));
            (left, top, this.width, this.height) = ((int)floorX - 1, (int)floorY - 1, width, height);
            (across, down) = (PictureWarp.CubicWeights(x - floorX).AsVector4(), PictureWarp.CubicWeights(y - floorY).AsVector4());
        }

        public float Of(ReadOnlySpan<float> plane)
        {
            var sum = 0f;
            for (var k = 0; k < 4; k++)
            {
                var row = plane.Slice(Math.Clamp(top + k, 0, height - 1) * width, width);
                sum += down[k] * Vector4.Dot(across, new Vector4(row[Column(0)], row[Column(1)], row[Column(2)], row[Column(3)]));
            }

            return sum;
        }

        private int Column(int tap) => Math.Clamp(left + tap, 0, width - 1);
    }
}
