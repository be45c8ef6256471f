using Revisage.Faces;
using Revisage.Imaging;

namespace Revisage.Data.Detection;

/// <summary>A face that a detector found.</summary>
/// <param name="Score">How sure the detector is; larger is surer, and dlib's own threshold is 0.</param>
public sealed record FoundFace(FaceBox Box, double Score);

/// <summary>
/// dlib's frontal face detector: histograms of oriented gradients under five linear filters (King, 2015). It sees
/// faces of 80 pixels and more, from the brows to the chin.
/// </summary>
/// <remarks>For one thread at a time. Costs about 70 ms a megapixel.</remarks>
public sealed unsafe class DlibDetector : IDisposable
{
    // Searching takes up to 11 bytes a pixel besides the picture: 260 MB at most.
    private const long MaxPixels = 24_000_000;

    private const int MostFaces = 1000;

    private nint detector;

    /// <exception cref="MissingComponentException">The bridge to dlib is not built.</exception>
    public DlibDetector()
    {
        if (NativeDlib.CreateDetector(out detector) != 0)
        {
            throw new RevisageException($"dlib's face detector does not start: {NativeDlib.Error}");
        }
    }

    /// <summary>The faces of a picture, the surest first. One of more than 24 megapixels is searched at that size.</summary>
    /// <param name="doublings">How often the picture is doubled in size first: with 1 faces of 40 pixels are seen, with 2 of 20.</param>
    /// <param name="threshold">Below 0 finds more faces and more that are none.</param>
    public IReadOnlyList<FoundFace> Detect(RgbPicture picture, int doublings = 0, double threshold = 0)
    {
        ArgumentNullException.ThrowIfNull(picture);
        ObjectDisposedException.ThrowIf(detector == 0, this);
        var pixels = (long)picture.Width * picture.Height;
        var searched = picture;
        if (pixels > MaxPixels)
        {
            var share = Math.Sqrt((double)MaxPixels / pixels);
            searched = picture.Resized(Math.Max(1, (int)(picture.Width * share)), Math.Max(1, (int)(picture.Height * share)), ResampleFilter.Bilinear);
        }

        while (doublings > 0 && pixels << (2 * doublings) > MaxPixels)
        {
            doublings--;
        }

        var found = new NativeFace[MostFaces];
        int count;
        fixed (byte* rgb = searched.Rgb)
        fixed (NativeFace* faces = found)
        {
            if (NativeDlib.Detect(detector, rgb, searched.Width, searched.Height, doublings, threshold, faces, found.Length, out count) != 0)
            {
                throw new RevisageException($"dlib cannot search a picture of {picture.Width}x{picture.Height} for faces: {NativeDlib.Error}");
            }
        }

        var (x, y) = ((double)picture.Width / searched.Width, (double)picture.Height / searched.Height);
        return [.. found.Take(count).Select(face => new FoundFace(
            new FaceBox(face.Left * x, face.Top * y, (face.Right - face.Left) * x, (face.Bottom - face.Top) * y), face.Score))];
    }

    public void Dispose()
    {
        NativeDlib.ReleaseDetector(detector);
        detector = 0;
    }
}
