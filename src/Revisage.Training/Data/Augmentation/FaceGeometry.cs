using System.Buffers;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Revisage.Faces;
using Revisage.Training.Data.Degradations;
using Revisage.Training.Data.GroundTruth;

namespace Revisage.Training.Data.Augmentation;

/// <summary>
/// How one sample's face is moved, alike for its picture, its landmarks and its parsing map. Heatmaps are drawn from
/// the moved landmarks.
/// </summary>
/// <param name="ToSource">From a pixel of the sample to its place in the picture: before the sample is mirrored.</param>
/// <param name="Side">Of the sample.</param>
public sealed record FaceGeometry(Matrix3x2 ToSource, bool Mirrored, int Side, OutsidePixels Outside)
{
    // Fractions of a pixel that cubic weights are kept for: finer than 8 bits can show.
    private const int Phases = 1024;

    private static readonly Vector128<float>[] Cubic = [.. Enumerable.Range(0, Phases).Select(phase => CubicWeights((float)phase / Phases))];

    private bool IsShift => ToSource is { M11: 1, M12: 0, M21: 0, M22: 1 } && float.IsInteger(ToSource.M31) && float.IsInteger(ToSource.M32);

    /// <summary>
    /// The sample, [Side, Side, 3]: pixels are copied where they are only shifted and mirrored, and otherwise
    /// interpolated by Keys' cubic (a = -0.5).
    /// </summary>
    public RgbPicture Apply(RgbPicture picture)
    {
        ArgumentNullException.ThrowIfNull(picture);
        var target = new byte[3 * Side * Side];
        if (IsShift)
        {
            Copy(picture, target);
        }
        else
        {
            Interpolate(picture, target);
        }

        if (Mirrored)
        {
            for (var y = 0; y < Side; y++)
            {
                MemoryMarshal.Cast<byte, Pixel>(target.AsSpan(3 * y * Side, 3 * Side)).Reverse();
            }
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

        for (var y = 0; y < Side; y++)
        {
            var row = target.Slice(y * Side, Side);
            for (var x = 0; x < Side; x++)
            {
                var place = Place(x, y);
                row[x] = IsOutside(place, width, height)
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

    private Vector2 Place(int x, int y) => Vector2.Transform(new Vector2(x, y), ToSource);

    private bool IsOutside(Vector2 place, int width, int height) =>
        Outside == OutsidePixels.Black && !(place.X >= -0.5f && place.X < width - 0.5f && place.Y >= -0.5f && place.Y < height - 0.5f);

    private static int Nearest(float place, int length) => (int)Math.Clamp(MathF.Floor(place + 0.5f), 0, length - 1);

    private void Copy(RgbPicture picture, Span<byte> target)
    {
        var (left, top) = ((int)ToSource.M31, (int)ToSource.M32);
        // Of the sample: the columns that the picture covers.
        var (from, to) = (Math.Clamp(-left, 0, Side), Math.Clamp(picture.Width - left, 0, Side));
        for (var y = 0; y < Side; y++)
        {
            var line = target.Slice(3 * y * Side, 3 * Side);
            if (Outside == OutsidePixels.Black && (top + y < 0 || top + y >= picture.Height))
            {
                continue;
            }

            var row = picture.Rgb.AsSpan(3 * Math.Clamp(top + y, 0, picture.Height - 1) * picture.Width, 3 * picture.Width);
            if (to > from)
            {
                row.Slice(3 * (left + from), 3 * (to - from)).CopyTo(line[(3 * from)..]);
            }

            for (var x = 0; Outside == OutsidePixels.Edge && x < Side; x++)
            {
                if (x < from || x >= to)
                {
                    row.Slice(3 * Math.Clamp(left + x, 0, picture.Width - 1), 3).CopyTo(line[(3 * x)..]);
                }
            }
        }
    }

    private void Interpolate(RgbPicture picture, Span<byte> target)
    {
        var (width, height) = (picture.Width, picture.Height);
        // One vector a pixel, so that a weight multiplies all three values at once.
        var rented = ArrayPool<Vector128<float>>.Shared.Rent(width * height);
        for (int i = 0, from = 0; i < width * height; i++, from += 3)
        {
            rented[i] = Vector128.Create(picture.Rgb[from], picture.Rgb[from + 1], (float)picture.Rgb[from + 2], 0);
        }

        ReadOnlySpan<Vector128<float>> pixels = rented.AsSpan(0, width * height);
        for (int y = 0, to = 0; y < Side; y++)
        {
            for (var x = 0; x < Side; x++, to += 3)
            {
                var place = Place(x, y);
                if (IsOutside(place, width, height))
                {
                    continue;
                }

                // Beyond three pixels outside, all sixteen neighbours are one border pixel anyway.
                var (placeX, placeY) = (Math.Clamp(place.X, -3, width + 2), Math.Clamp(place.Y, -3, height + 2));
                var (left, top) = (MathF.Floor(placeX), MathF.Floor(placeY));
                var across = Cubic[(int)((placeX - left) * Phases)];
                var down = Cubic[(int)((placeY - top) * Phases)];
                var sum = Vector128.Create(0.5f);
                if (left >= 1 && top >= 1 && left < width - 2 && top < height - 2)
                {
                    var first = ((int)top - 1) * width + (int)left - 1;
                    for (var k = 0; k < 4; k++)
                    {
                        var row = pixels.Slice(first + k * width, 4);
                        sum += down[k] * (across[0] * row[0] + across[1] * row[1] + across[2] * row[2] + across[3] * row[3]);
                    }
                }
                else
                {
                    for (var k = 0; k < 16; k++)
                    {
                        var column = Math.Clamp((int)left - 1 + k % 4, 0, width - 1);
                        var row = Math.Clamp((int)top - 1 + k / 4, 0, height - 1);
                        sum += across[k % 4] * down[k / 4] * pixels[row * width + column];
                    }
                }

                var rounded = Vector128.ConvertToInt32(Vector128.Clamp(sum, Vector128<float>.Zero, Vector128.Create(255f)));
                (target[to], target[to + 1], target[to + 2]) = ((byte)rounded[0], (byte)rounded[1], (byte)rounded[2]);
            }
        }

        ArrayPool<Vector128<float>>.Shared.Return(rented);
    }

    // Of the pixels at -1, 0, 1 and 2.
    private static Vector128<float> CubicWeights(float t) => Vector128.Create(
        ((-0.5f * t + 1) * t - 0.5f) * t,
        (1.5f * t - 2.5f) * t * t + 1,
        ((-1.5f * t + 2) * t + 0.5f) * t,
        (0.5f * t - 0.5f) * t * t);

    private readonly record struct Pixel(byte Red, byte Green, byte Blue);
}
