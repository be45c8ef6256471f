using Revisage.Data.Crops;
using Revisage.Faces;
using Revisage.Imaging;

namespace Revisage.Data.Detection;

/// <summary>Finds faces and their landmarks. For one thread at a time.</summary>
public interface IFaceFinder : IDisposable
{
    /// <summary>The faces of a picture, the surest first.</summary>
    /// <param name="doublings">How often the picture is doubled in size first, for smaller faces.</param>
    IReadOnlyList<FoundFace> Detect(RgbPicture picture, int doublings);

    /// <summary>The landmarks of the face in a box as <see cref="Detect"/> gives it.</summary>
    Landmarks FindLandmarks(RgbPicture picture, FaceBox box);
}

/// <summary>dlib's detector, one a thread, and its landmarks, shared by all.</summary>
public sealed class DlibFaceFinder : IFaceFinder
{
    // Some 80 MB; never given back, as every thread may hold it.
    private static readonly Lazy<DlibLandmarker> Landmarker = new(() => new DlibLandmarker(), LazyThreadSafetyMode.PublicationOnly);

    private readonly DlibDetector detector = new();

    public IReadOnlyList<FoundFace> Detect(RgbPicture picture, int doublings) => detector.Detect(picture, doublings);

    public Landmarks FindLandmarks(RgbPicture picture, FaceBox box) => Landmarker.Value.Find(picture, box);

    public void Dispose() => detector.Dispose();
}

public static class FaceFinding
{
    // A box drawn by people or another detector and dlib's own of the same face overlap by 0.4 to 0.9.
    private const double SameFace = 0.3;

    // The smallest face that dlib sees is 80 pixels.
    private const double SeenFrom = 80;

    /// <summary>
    /// The landmarks of the face in anybody's box. dlib's landmarks expect dlib's boxes, so the detector looks again
    /// around the given one; where it sees no face, the square in the box's middle stands in.
    /// </summary>
    public static Landmarks FindLandmarksIn(this IFaceFinder finder, RgbPicture picture, FaceBox box)
    {
        ArgumentNullException.ThrowIfNull(finder);
        ArgumentNullException.ThrowIfNull(picture);
        var around = box.Scaled(2).Within(picture.Width, picture.Height);
        var side = Math.Min(box.Width, box.Height);
        if (around is { } region)
        {
            var (left, top) = ((int)region.Left, (int)region.Top);
            var doublings = side < SeenFrom / 2 ? 2 : side < 1.25 * SeenFrom ? 1 : 0;
            var best = finder.Detect(picture.Part(left, top, (int)region.Width, (int)region.Height), doublings)
                .Select(face => face.Box with { Left = face.Box.Left + left, Top = face.Box.Top + top })
                .Where(found => found.Overlap(box) >= SameFace)
                .OrderByDescending(found => found.Overlap(box))
                .Cast<FaceBox?>()
                .FirstOrDefault();
            if (best is { } same)
            {
                return finder.FindLandmarks(picture, same);
            }
        }

        return finder.FindLandmarks(picture, new FaceBox(box.Left + (box.Width - side) / 2, box.Top + (box.Height - side) / 2, side, side));
    }
}
