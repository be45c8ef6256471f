using System.Numerics;
using Revisage.Faces;
using Revisage.Imaging;

namespace Revisage.Data.Crops;

/// <summary>What a crop is cut by.</summary>
public enum CropBasis
{
    /// <summary>The picture alone, which is aligned already.</summary>
    Picture,

    Box,

    Landmarks,
}

/// <summary>How a face is cut out of a photograph: one record a convention, with its paper's numbers as defaults.</summary>
public abstract record FaceCrop
{
    /// <summary>As the command and reports name it.</summary>
    public abstract string Id { get; }

    public abstract CropBasis Basis { get; }

    /// <summary>The convention in words and numbers, for a set's manifest.</summary>
    public abstract string Description { get; }

    public virtual ResampleFilter Filter => ResampleFilter.Bicubic;

    /// <summary>What is cut from a picture of that size; null if the convention is for pictures of another size.</summary>
    /// <param name="box">Of the face; wanted for <see cref="CropBasis.Box"/>.</param>
    /// <param name="landmarks">In pixels of the picture; wanted for <see cref="CropBasis.Landmarks"/>.</param>
    public abstract CropPlan? Plan(int width, int height, FaceBox? box, Landmarks? landmarks);

    /// <summary>The centre of the landmarks' box in edge coordinates, and their larger extent.</summary>
    protected static (double X, double Y, double Extent) Measure(Landmarks? landmarks)
    {
        ArgumentNullException.ThrowIfNull(landmarks);
        var (min, max) = landmarks.Bounds();
        return ((min.X + max.X) / 2.0 + 0.5, (min.Y + max.Y) / 2.0 + 0.5, Math.Max(max.X - min.X, max.Y - min.Y));
    }

    protected static FaceBox Square(double x, double y, double side) => new(x - side / 2, y - side / 2, side, side);
}

/// <summary>One cut: a region of the photograph, and the size that it is brought to.</summary>
/// <param name="Region">May reach beyond the photograph.</param>
/// <param name="Hr">Side of the result's central square that is the face.</param>
public sealed record CropPlan(FaceBox Region, int Width, int Height, int Hr)
{
    /// <summary>The square <see cref="Hr"/> in the photograph.</summary>
    public FaceBox Face
    {
        get
        {
            var (x, y) = (Region.Width / Width, Region.Height / Height);
            return new FaceBox(Region.Left + (Width - Hr) / 2.0 * x, Region.Top + (Height - Hr) / 2.0 * y, Hr * x, Hr * y);
        }
    }

    /// <summary>Pixels that the side of the face has in the photograph.</summary>
    public double NativeSide => Math.Min(Face.Width, Face.Height);

    /// <summary>From pixels of the photograph to pixels of the result, both with the first pixel's centre at 0.</summary>
    public Matrix3x2 Transform
    {
        get
        {
            var (x, y) = (Width / Region.Width, Height / Region.Height);
            return new Matrix3x2((float)x, 0, 0, (float)y, (float)((0.5 - Region.Left) * x - 0.5), (float)((0.5 - Region.Top) * y - 0.5));
        }
    }

    /// <summary>
    /// Cuts and resizes as Pillow's <c>resize(box=...)</c> does: fractions of a pixel count, and shrinking averages.
    /// What the region has beyond the photograph repeats its edge.
    /// </summary>
    public RgbPicture Cut(RgbPicture photograph, ResampleFilter filter)
    {
        ArgumentNullException.ThrowIfNull(photograph);
        var (left, right) = Around(Region.Left, Region.Width, Width, photograph.Width);
        var (top, bottom) = Around(Region.Top, Region.Height, Height, photograph.Height);
        var part = photograph.Part(left, top, right - left, bottom - top);
        var rgb = new byte[checked(3 * Width * Height)];
        PillowResize.Resize(
            part.Rgb, part.Width, part.Height, (Region.Left - left, Region.Top - top, Region.Width, Region.Height), rgb, Width, Height, filter);
        return new RgbPicture(rgb, Width, Height);
    }

    // The region with what the filter reads around it, as far as there is a photograph.
    private static (int Start, int End) Around(double start, double length, int target, int available)
    {
        var support = 2 * Math.Max(1, length / target) + 1;
        return (
            (int)Math.Max(Math.Floor(start - support), Math.Min(0, Math.Floor(start))),
            (int)Math.Min(Math.Ceiling(start + length + support), Math.Max(available, Math.Ceiling(start + length))));
    }
}
