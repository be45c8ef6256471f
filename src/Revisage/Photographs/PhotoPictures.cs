using System.Numerics;
using Revisage.Imaging;

namespace Revisage.Photographs;

/// <summary>A photograph before and after, small enough to keep once its pixels are gone: JPEG files in sRGB.</summary>
/// <param name="Before">The whole as it was given.</param>
/// <param name="After">The whole with its faces restored.</param>
/// <param name="Faces">In the result's order; null of a face that was left as it is.</param>
public sealed record PhotoPictures(ShownPhoto Before, ShownPhoto After, IReadOnlyList<FacePictures?> Faces)
{
    /// <summary>The longest side of the whole, at most.</summary>
    public const int LongestSide = 1600;

    /// <summary>The side of a face's square.</summary>
    public const int FaceSide = 256;

    private const int Quality = 85;
    private const int FaceQuality = 90;

    /// <param name="photo">As it was given.</param>
    /// <param name="enhanced">What was made of it.</param>
    /// <exception cref="MissingComponentException">libvips does not load here.</exception>
    public static PhotoPictures Of(Photo photo, EnhancedPhoto enhanced)
    {
        ArgumentNullException.ThrowIfNull(photo);
        ArgumentNullException.ThrowIfNull(enhanced);
        return new PhotoPictures(Whole(photo), Whole(enhanced.Photo), [.. enhanced.Faces.Select(face => face.Model is null ? null : Of(face.Face, photo, enhanced.Photo))]);
    }

    private static ShownPhoto Whole(Photo photo)
    {
        var shown = photo.Overview(LongestSide);
        return new ShownPhoto(photo.Width, photo.Height, ImageFile.EncodeJpeg(shown, Quality));
    }

    /// <summary>The same square of both.</summary>
    private static FacePictures Of(AlignedFace face, Photo photo, Photo result)
    {
        var scale = new Vector2((float)result.Width / photo.Width, (float)result.Height / photo.Height);
        var larger = face with { ToPhotograph = face.ToPhotograph * Matrix3x2.CreateScale(scale), Side = face.Side * scale.X };
        return new FacePictures(Square(face.Cut(photo)), Square(larger.Cut(result)));
    }

    private static byte[] Square(Image face) => ImageFile.EncodeJpeg(PillowResize.Resize(face, FaceSide, FaceSide, ResampleFilter.Bicubic), FaceQuality);
}

/// <summary>A whole photograph to show.</summary>
/// <param name="Width">Of the photograph itself, in pixels.</param>
/// <param name="Jpeg">No larger than <see cref="PhotoPictures.LongestSide"/>.</param>
public sealed record ShownPhoto(int Width, int Height, ReadOnlyMemory<byte> Jpeg);

/// <summary>A restored face's square, as its photograph had it and as the result has it, both at <see cref="PhotoPictures.FaceSide"/>.</summary>
public sealed record FacePictures(ReadOnlyMemory<byte> Before, ReadOnlyMemory<byte> After);
