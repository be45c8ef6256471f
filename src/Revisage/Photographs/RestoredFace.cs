using Revisage.Imaging;

namespace Revisage.Photographs;

/// <summary>A face that a model has enlarged, before it is put back.</summary>
/// <param name="Own">The face's square as the photograph has it.</param>
/// <param name="Restored">The same square, restored: what the network made, with the photograph's colours and its own fine detail.</param>
/// <param name="Model">The name of the model.</param>
public sealed record RestoredFace(AlignedFace Aligned, Image Own, Image Restored, string Model)
{
    /// <summary>
    /// Joins what a network made of a face with what the photograph shows of it and the network was not given: frequencies above those of
    /// the small face stay the photograph's own, and its colours, a quarter of the face at a time, are the result's.
    /// </summary>
    /// <param name="own">The square in the photograph's resolution.</param>
    /// <param name="small">The side at which the network was given it.</param>
    /// <param name="made">What the network made of it.</param>
    public static Image Join(Image own, int small, Image made)
    {
        ArgumentNullException.ThrowIfNull(own);
        ArgumentNullException.ThrowIfNull(made);
        var kept = own.Width > small ? Add(made, Above(Missing(own, made), small)) : made;
        return Add(kept, SmoothResize.To(Missing(own, kept), Coarse));
    }

    // Of so many by so many parts the mean colours are the photograph's.
    private const int Coarse = 4;

    /// <summary>What the photograph has that the result, in the photograph's resolution, has not.</summary>
    private static Image Missing(Image own, Image made)
    {
        var shrunk = SmoothResize.To(made, own.Width);
        var pixels = new float[own.Pixels.Length];
        for (var i = 0; i < pixels.Length; i++)
        {
            pixels[i] = own.Pixels[i] - shrunk.Pixels[i];
        }

        return new Image(own.Width, own.Height, pixels);
    }

    /// <summary>What is lost of a picture by shrinking it.</summary>
    private static Image Above(Image picture, int side)
    {
        var below = SmoothResize.To(SmoothResize.To(picture, side), picture.Width);
        var pixels = new float[below.Pixels.Length];
        for (var i = 0; i < pixels.Length; i++)
        {
            pixels[i] = picture.Pixels[i] - below.Pixels[i];
        }

        return new Image(picture.Width, picture.Height, pixels);
    }

    private static Image Add(Image picture, Image difference)
    {
        var enlarged = SmoothResize.To(difference, picture.Width);
        var pixels = new float[enlarged.Pixels.Length];
        for (var i = 0; i < pixels.Length; i++)
        {
            pixels[i] = Math.Clamp(picture.Pixels[i] + enlarged.Pixels[i], 0, 1);
        }

        return new Image(picture.Width, picture.Height, pixels);
    }
}
