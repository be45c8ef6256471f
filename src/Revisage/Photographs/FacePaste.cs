namespace Revisage.Photographs;

/// <summary>Puts restored faces back: only the pixels under their masks are read and written, so it costs as much as the faces are large.</summary>
public static class FacePaste
{
    /// <param name="photo">Changed.</param>
    /// <param name="scale">How many times as large it is as the photograph in which the face was found.</param>
    /// <param name="strength">From 0, nothing, to 1.</param>
    public static void Into(Photo photo, double scale, RestoredFace face, FaceMask mask, double strength)
    {
        ArgumentNullException.ThrowIfNull(photo);
        FaceLayer.Of(face, mask, scale, photo.Width, photo.Height)?.Into(photo, strength);
    }
}
