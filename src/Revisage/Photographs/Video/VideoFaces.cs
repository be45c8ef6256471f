namespace Revisage.Photographs.Video;

/// <summary>Restores the faces of a video's frames one after another, so that they stay themselves from frame to frame.</summary>
internal sealed class VideoFaces(PhotoEnhancer enhancer, EnhanceOptions options)
{
    // Two frames of one time, and gaps of slides.
    private const double ShortestGap = 1e-3;
    private const double LongestGap = 1;

    private readonly FaceTracker tracker = new();
    private readonly List<FaceOutcome> outcomes = [];
    private double last = double.NegativeInfinity;

    /// <summary>What became of each face that was followed, in the order in which they came; not of what the detector was never sure of.</summary>
    public IReadOnlyList<FaceOutcome> Outcomes => outcomes;

    /// <param name="frame">RGB of 8 bits.</param>
    /// <param name="seconds">Its time.</param>
    /// <returns>The frame at the scale that was asked for, with its faces restored.</returns>
    public Photo Next(Photo frame, double seconds, CancellationToken cancel)
    {
        var tracks = tracker.Next(enhancer.Find(frame, options, cancel), frame, Math.Clamp(seconds - last, ShortestGap, LongestGap));
        last = seconds;
        var chosen = options.Faces.Choose([.. tracks.Select(track => track.Aligned)]);
        var restored = enhancer.Restore(frame, chosen, options, cancel, [.. tracks.Select(track => track.ModelSide)]);
        var bare = frame.Resized((int)Math.Round(frame.Width * options.Scale), (int)Math.Round(frame.Height * options.Scale));
        // Of faces that overlap, each is blended over the result of those before, but looks at the frame alone.
        var layers = new List<(FaceLayer Layer, double Strength)>();
        foreach (var (track, (aligned, face, skipped)) in tracks.Zip(restored))
        {
            cancel.ThrowIfCancellationRequested();
            if (face is null)
            {
                Note(track, new FaceOutcome(aligned, null, skipped));
                continue;
            }

            var (wanted, similarity) = enhancer.StrengthOf(face, options, cancel);
            var strength = track.Steady.StrengthTowards(wanted);
            Note(track, new FaceOutcome(aligned, face.Model, null) { Strength = strength, Identity = similarity });
            if (FaceLayer.Of(face, enhancer.MaskOf(face, cancel), options.Scale, bare.Width, bare.Height) is { } layer)
            {
                layers.Add((track.Steady.Next(layer, bare, track.Moved), strength));
            }
        }

        layers.ForEach(layer => layer.Layer.Into(bare, layer.Strength));
        return bare;
    }

    // As it was best: restored in any frame, and there at its largest.
    private void Note(FaceTrack track, FaceOutcome outcome)
    {
        if (track.Outcome is not { } place)
        {
            if (outcome.Skipped is not { Reason: SkipReason.Unsure })
            {
                track.Outcome = outcomes.Count;
                outcomes.Add(outcome);
            }
        }
        else if (Rank(outcome).CompareTo(Rank(outcomes[place])) > 0)
        {
            outcomes[place] = outcome;
        }

        static (bool, double) Rank(FaceOutcome one) => (one.Model is not null, one.Face.Side);
    }
}
