using System.Numerics;
using Revisage.Imaging;

namespace Revisage.Faces;

/// <summary>What is seen where a face that is out of place leaves its square empty.</summary>
public enum UnalignedOutside
{
    /// <summary>Black, as MTUN's authors have it. No crop of a photograph has such a frame, and it shows how the face is placed.</summary>
    Zero,

    /// <summary>What the picture has around the face, and where that ends, its edge repeated.</summary>
    Margin,
}

/// <summary>How far an upright face is put out of place, with MTUN's numbers (Yu et al., ECCV 2018; its siblings' scripts).</summary>
public sealed record UnalignedOptions
{
    /// <summary>To either side.</summary>
    public double MaxDegrees { get; init; } = 45;

    public double MinScale { get; init; } = 0.8;

    public double MaxScale { get; init; } = 1;

    /// <summary>To either side, over the picture's width and height.</summary>
    public double MaxShift { get; init; } = 0.05;

    public UnalignedOutside Outside { get; init; }
}

/// <summary>
/// One face put out of place: scaled and turned about the picture's centre, then moved. Sets hold faces upright, since
/// MTUN's targets are; its inputs are put out of place as they are loaded, each by a placement that follows from the
/// seed and the sample's number, and so is known again without being stored.
/// </summary>
/// <param name="Degrees">Clockwise as seen.</param>
/// <param name="ShiftX">Over the width, to the right.</param>
/// <param name="ShiftY">Over the height, downwards.</param>
public sealed record UnalignedPlacement(double Degrees, double Scale, double ShiftX, double ShiftY)
{
    /// <summary>Four numbers of <paramref name="random"/>, each even over its range.</summary>
    public static UnalignedPlacement Draw(ref SampleRandom random, UnalignedOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var degrees = options.MaxDegrees * (2 * random.NextDouble() - 1);
        var scale = options.MinScale + (options.MaxScale - options.MinScale) * random.NextDouble();
        var x = options.MaxShift * (2 * random.NextDouble() - 1);
        return new UnalignedPlacement(degrees, scale, x, options.MaxShift * (2 * random.NextDouble() - 1));
    }

    /// <summary>From pixels of the upright picture to pixels of the placed one, both with the first pixel's centre at 0.</summary>
    public Matrix3x2 Transform(int width, int height)
    {
        var centre = new Vector2((width - 1) / 2f, (height - 1) / 2f);
        return Matrix3x2.CreateScale((float)Scale, centre)
            * Matrix3x2.CreateRotation((float)(Degrees * Math.PI / 180), centre)
            * Matrix3x2.CreateTranslation((float)(ShiftX * width), (float)(ShiftY * height));
    }

    /// <summary>The picture, a square, put out of place: cubic (a = -0.5), and black where the upright picture has nothing.</summary>
    public RgbPicture Apply(RgbPicture upright)
    {
        ArgumentNullException.ThrowIfNull(upright);
        return Apply(upright, upright.Width, UnalignedOutside.Zero);
    }

    /// <summary>A face put out of place: cubic (a = -0.5).</summary>
    /// <param name="picture">A square, of which the central <paramref name="side"/> pixels are the face, upright, and the rest is margin.</param>
    /// <returns>[side, side, 3].</returns>
    public RgbPicture Apply(RgbPicture picture, int side, UnalignedOutside outside)
    {
        ArgumentNullException.ThrowIfNull(picture);
        Matrix3x2.Invert(Transform(side, side), out var toFace);
        var margin = (picture.Width - side) / 2;
        return outside == UnalignedOutside.Zero
            ? new PictureWarp(toFace, side, OutsidePixels.Black).Apply(picture.Part(margin, margin, side, side))
            : new PictureWarp(toFace * Matrix3x2.CreateTranslation(margin, margin), side, OutsidePixels.Edge).Apply(picture);
    }
}
