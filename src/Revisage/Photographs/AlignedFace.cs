using System.Numerics;
using Revisage.Faces;
using Revisage.Imaging;

namespace Revisage.Photographs;

/// <summary>A face with the square that is cut for it, as the models' training faces are cut.</summary>
/// <param name="ToPhotograph">From the square, whose side is 1, to pixels of the photograph from its left and top edge.</param>
/// <param name="Side">Of the square, in pixels of the photograph.</param>
/// <param name="Roll">In degrees, clockwise as one looks at the picture; 0 is upright.</param>
/// <param name="Yaw">In degrees, about: by how far the nose stands out of the eyes' middle; positive towards the picture's right.</param>
public sealed record AlignedFace(DetectedFace Found, Matrix3x2 ToPhotograph, double Side, double Roll, double Yaw)
{
    // What cubic interpolation reads around a pixel.
    private const int Around = 3;

    /// <summary>The square's pixels, as many as the photograph has of it.</summary>
    public int OwnSide => Math.Max(1, (int)Math.Round(Side));

    private bool IsWhole => new[] { ToPhotograph.M11, ToPhotograph.M22, ToPhotograph.M31, ToPhotograph.M32 }.All(float.IsInteger);

    /// <summary>The square in the photograph's own resolution, upright; what it has beyond the photograph repeats its edge.</summary>
    public Image Cut(Photo photo)
    {
        ArgumentNullException.ThrowIfNull(photo);
        var bounds = Bounds(1);
        // One that lies outside, which landmarks can make of a face at the border, shows the nearest pixels.
        var (left, top) = (Math.Clamp(bounds.Left - Around, 0, photo.Width - 1), Math.Clamp(bounds.Top - Around, 0, photo.Height - 1));
        var (right, bottom) = (Math.Clamp(bounds.Left + bounds.Width + Around, left + 1, photo.Width), Math.Clamp(bounds.Top + bounds.Height + Around, top + 1, photo.Height));
        var box = new PixelBox(left, top, right - left, bottom - top);
        var part = RgbPicture.Of(photo.Region(box));
        var side = OwnSide;
        // From a pixel's centre in the square to its place among the part's pixels.
        var toPart = Matrix3x2.CreateTranslation(0.5f, 0.5f) * Matrix3x2.CreateScale(1f / side) * ToPhotograph * Matrix3x2.CreateTranslation(-0.5f - box.Left, -0.5f - box.Top);
        // To the bit where nothing is turned or scaled.
        return new PictureWarp(IsUpright && IsWhole ? Matrix3x2.CreateTranslation(MathF.Round(toPart.M31), MathF.Round(toPart.M32)) : toPart, side, OutsidePixels.Edge).Apply(part).ToImage();
    }

    /// <summary>The pixels that the square reaches, in a photograph so many times as large; it may reach beyond it.</summary>
    public PixelBox Bounds(double scale)
    {
        Vector2[] corners = [.. new Vector2[] { new(0, 0), new(1, 0), new(0, 1), new(1, 1) }.Select(corner => (float)scale * Vector2.Transform(corner, ToPhotograph))];
        var (left, top) = ((int)Math.Floor(corners.Min(corner => corner.X)), (int)Math.Floor(corners.Min(corner => corner.Y)));
        return new PixelBox(left, top, (int)Math.Ceiling(corners.Max(corner => corner.X)) - left, (int)Math.Ceiling(corners.Max(corner => corner.Y)) - top);
    }

    /// <summary>Whether the square's sides are the photograph's: its pixels are whole pixels of the photograph then.</summary>
    internal bool IsUpright => ToPhotograph is { M12: 0, M21: 0 };
}
