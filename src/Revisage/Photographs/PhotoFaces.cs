using System.Numerics;
using Revisage.Faces;

namespace Revisage.Photographs;

/// <summary>Finds the faces of a photograph: in the whole at a bounded size, and where small ones are wanted in its parts at their own.</summary>
internal static class PhotoFaces
{
    // So that a face which one part cuts lies whole in the next.
    private const int Overlap = 96;

    /// <param name="workingSide">Longest side at which the whole is looked at, and that of a part.</param>
    /// <param name="small">Whether the parts are looked at too.</param>
    /// <returns>In pixels of the photograph, best first.</returns>
    public static IReadOnlyList<DetectedFace> Find(Photo photo, FaceDetector detector, int workingSide, bool small, CancellationToken cancel)
    {
        var overview = photo.Overview(workingSide);
        var scale = new Vector2((float)photo.Width / overview.Width, (float)photo.Height / overview.Height);
        var found = detector.Detect(overview, cancel).Select(face => Placed(face, scale, Vector2.Zero)).ToList();
        if (!small || Math.Max(photo.Width, photo.Height) <= workingSide)
        {
            return found;
        }

        foreach (var top in Starts(photo.Height, workingSide))
        {
            foreach (var left in Starts(photo.Width, workingSide))
            {
                var box = new PixelBox(left, top, workingSide, workingSide).Within(photo.Width, photo.Height);
                found.AddRange(detector.Detect(photo.Region(box), cancel).Select(face => Placed(face, Vector2.One, new Vector2(left, top)))
                    .Where(face => IsWhole(face.Box, box, photo)));
            }
        }

        return FaceCandidates.Suppress(found, new FaceDetectorOptions().Overlap);
    }

    // What an edge between two parts cuts is found whole in the next one, or in the overview.
    private static bool IsWhole(FaceBox face, PixelBox part, Photo photo) =>
        (part.Left == 0 || face.Left > part.Left + 1) && (part.Top == 0 || face.Top > part.Top + 1)
        && (part.Left + part.Width == photo.Width || face.Right < part.Left + part.Width - 1)
        && (part.Top + part.Height == photo.Height || face.Bottom < part.Top + part.Height - 1);

    private static IEnumerable<int> Starts(int extent, int side)
    {
        var parts = extent <= side ? 1 : (extent - Overlap + side - Overlap - 1) / (side - Overlap);
        return Enumerable.Range(0, parts).Select(part => parts == 1 ? 0 : (int)((long)part * (extent - side) / (parts - 1)));
    }

    private static DetectedFace Placed(DetectedFace face, Vector2 scale, Vector2 corner) => face with
    {
        Box = new FaceBox(face.Box.Left * scale.X + corner.X, face.Box.Top * scale.Y + corner.Y, face.Box.Width * scale.X, face.Box.Height * scale.Y),
        // Between centres of pixels.
        Landmarks = [.. face.Landmarks.Select(point => (point + new Vector2(0.5f)) * scale - new Vector2(0.5f) + corner)],
    };
}
