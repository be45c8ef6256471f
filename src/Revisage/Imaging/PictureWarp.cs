using System.Buffers;
using System.Numerics;
using System.Runtime.Intrinsics;

namespace Revisage.Imaging;

/// <summary>What is seen where a moved face reaches beyond its picture.</summary>
public enum OutsidePixels
{
    /// <summary>
    /// The border's pixels go on. Faces are shifted no further than their margin; those without any are not turned,
    /// and only grow.
    /// </summary>
    Edge,

    /// <summary>Black, however far a face is moved: as MTUN's authors make unaligned faces.</summary>
    Black,
}

/// <summary>Shows a picture turned, scaled and moved, as a square.</summary>
/// <param name="ToSource">From a pixel of the square to its place in the picture; the first pixel's centre is at 0 in both.</param>
/// <param name="Side">Of the square.</param>
public sealed record PictureWarp(Matrix3x2 ToSource, int Side, OutsidePixels Outside)
{
    // Fractions of a pixel that cubic weights are kept for: finer than 8 bits can show.
    private const int Phases = 1024;

    private static readonly Vector128<float>[] Cubic = [.. Enumerable.Range(0, Phases).Select(phase => CubicWeights((float)phase / Phases))];

    private bool IsShift => ToSource is { M11: 1, M12: 0, M21: 0, M22: 1 } && float.IsInteger(ToSource.M31) && float.IsInteger(ToSource.M32);

    /// <summary>The square, [Side, Side, 3]: pixels are copied where they are only shifted, and otherwise interpolated by Keys' cubic (a = -0.5).</summary>
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

        return new RgbPicture(target, Side, Side);
    }

    /// <summary>Where in the picture a pixel of the square lies.</summary>
    public Vector2 Place(int x, int y) => Vector2.Transform(new Vector2(x, y), ToSource);

    /// <summary>Whether nothing of a picture is seen there.</summary>
    public bool IsOutside(Vector2 place, int width, int height) =>
        Outside == OutsidePixels.Black && !(place.X >= -0.5f && place.X < width - 0.5f && place.Y >= -0.5f && place.Y < height - 0.5f);

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

    /// <summary>Keys' cubic (a = -0.5) of the pixels at -1, 0, 1 and 2, for a place between 0 and 1.</summary>
    internal static Vector128<float> CubicWeights(float t) => Vector128.Create(
        ((-0.5f * t + 1) * t - 0.5f) * t,
        (1.5f * t - 2.5f) * t * t + 1,
        ((-1.5f * t + 2) * t + 0.5f) * t,
        (0.5f * t - 0.5f) * t * t);
}
