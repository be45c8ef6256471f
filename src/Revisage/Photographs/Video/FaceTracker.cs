using Revisage.Faces;

namespace Revisage.Photographs.Video;

/// <summary>Which face of a frame is which of the frame before: greedily, the boxes that share most first.</summary>
internal sealed class FaceTracker
{
    // The least overlap of a face with itself a frame later.
    private const double LeastOverlap = 0.3;

    // A detector loses a face for a frame or two; for so many it is taken to be where it was, if the place still looks the same.
    private const int MostMissed = 5;

    private List<FaceTrack> tracks = [];

    /// <param name="found">In this frame, best first.</param>
    /// <param name="seconds">Since the frame before.</param>
    /// <returns>The faces of this frame.</returns>
    public IReadOnlyList<FaceTrack> Next(IReadOnlyList<DetectedFace> found, Photo frame, double seconds)
    {
        var pairs =
            from track in tracks
            from face in found
            let overlap = track.Found.Box.Overlap(face.Box)
            where overlap >= LeastOverlap
            orderby overlap descending
            select (Track: track, Face: face);
        var followed = new Dictionary<DetectedFace, FaceTrack>(ReferenceEqualityComparer.Instance);
        var ended = new HashSet<FaceTrack>();
        foreach (var (track, face) in pairs)
        {
            if (followed.ContainsKey(face) || ended.Contains(track) || followed.ContainsValue(track))
            {
                continue;
            }

            var now = FaceLook.Of(frame, face.Box);
            if (track.Looks(now))
            {
                track.Follow(face, now, seconds);
                followed[face] = track;
            }
            else
            {
                ended.Add(track);
            }
        }

        var lost = tracks.Where(track => !followed.ContainsValue(track) && !ended.Contains(track) && track.Missed < MostMissed && track.Looks(FaceLook.Of(frame, track.Found.Box))).ToArray();
        foreach (var track in lost)
        {
            track.Miss();
        }

        tracks = [.. found.Select(face => followed.GetValueOrDefault(face) ?? new FaceTrack(face, FaceLook.Of(frame, face.Box))), .. lost];
        return tracks;
    }
}
