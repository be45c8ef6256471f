using System.Numerics;
using System.Runtime.InteropServices;
using Revisage.Data.GroundTruth;
using Revisage.Faces;
using Revisage.Imaging;

namespace Revisage.Data.Augmentation;

/// <summary>
/// How one sample's face is moved, alike for its picture, its landmarks and its parsing map. Heatmaps are drawn from
/// the moved landmarks.
/// </summary>
/// <param name="ToSource">From a pixel of the sample to its place in the picture: before the sample is mirrored.</param>
/// <param name="Side">Of the sample.</param>
public sealed record FaceGeometry(Matrix3x2 ToSource, bool Mirrored, int Side, OutsidePixels Outside)
{
    private PictureWarp Warp => new(ToSource, Side, Outside);

    /// <summary>The same with what lies around the sample, so many pixels on each side.</summary>
    public FaceGeometry WithMargin(int pixels) =>
        this with { ToSource = Matrix3x2.CreateTranslation(-pixels, -pixels) * ToSource, Side = Side + 2 * pixels };

    /// <summary>
    /// The sample, [Side, Side, 3]: pixels are copied where they are only shifted and mirrored, and otherwise
    /// interpolated by Keys' cubic (a = -0.5).
    /// </summary>
    public RgbPicture Apply(RgbPicture picture)
    {
        var moved = Warp.Apply(picture);
        if (!Mirrored)
        {
            return moved;
        }

        var target = moved.Rgb.AsSpan().ToArray();
        for (var y = 0; y < Side; y++)
        {
            MemoryMarshal.Cast<byte, Pixel>(target.AsSpan(3 * y * Side, 3 * Side)).Reverse();
        }

        return new RgbPicture(target, Side, Side);
    }

    /// <summary>The sample's landmarks; those outside of it keep their places there.</summary>
    public Landmarks Apply(Landmarks landmarks)
    {
        ArgumentNullException.ThrowIfNull(landmarks);
        Matrix3x2.Invert(ToSource, out var toSample);
        var moved = landmarks.Transformed(toSample);
        return Mirrored ? moved.Mirrored(Side) : moved;
    }

    /// <summary>The sample's parsing map, [Side, Side], by the nearest pixel; in a mirror left and right are exchanged.</summary>
    /// <param name="labels">[height, width].</param>
    public void Apply(ReadOnlySpan<byte> labels, int width, int height, Span<byte> target)
    {
        if (labels.Length != (long)width * height || target.Length != Side * Side)
        {
            throw new ArgumentException($"Parsing maps of {width}x{height} and {Side}x{Side} were expected, but they have {labels.Length} and {target.Length} pixels.", nameof(labels));
        }

        var warp = Warp;
        for (var y = 0; y < Side; y++)
        {
            var row = target.Slice(y * Side, Side);
            for (var x = 0; x < Side; x++)
            {
                var place = warp.Place(x, y);
                row[x] = warp.IsOutside(place, width, height)
                    ? (byte)FaceClass.Background
                    : labels[Nearest(place.Y, height) * width + Nearest(place.X, width)];
            }

            if (Mirrored)
            {
                row.Reverse();
                foreach (ref var label in row)
                {
                    label = (byte)ParsingMaps.MirrorOf((FaceClass)label);
                }
            }
        }
    }

    private static int Nearest(float place, int length) => (int)Math.Clamp(MathF.Floor(place + 0.5f), 0, length - 1);

    private readonly record struct Pixel(byte Red, byte Green, byte Blue);
}
