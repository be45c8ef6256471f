using System.Numerics;
using Revisage.Faces;

namespace Revisage.Photographs.Video;

/// <summary>One face through the frames in which it is found.</summary>
internal sealed class FaceTrack
{
    // A face that moves less keeps its square, of which pixels of the frame's: of a pixel, and of the face's square.
    private const float DeadPixels = 0.75f;
    private const double DeadShare = 0.01;

    // A face that moves by so much of its square is wholly another picture.
    private const double WholeShare = 0.03;

    // Within this factor of the size that its model was chosen for, a face keeps it.
    private const double SameSize = 1.25;

    private readonly OneEuroFilter filter;
    private float[] look;

    /// <param name="look">Of <see cref="FaceLook"/>.</param>
    public FaceTrack(DetectedFace found, float[] look)
    {
        (filter, this.look, Found) = (new OneEuroFilter(found), look, found);
        Aligned = FaceTemplate.Align(found);
        ModelSide = Aligned.OwnSide;
    }

    /// <summary>As it was found last.</summary>
    public DetectedFace Found { get; private set; }

    /// <summary>Smoothed; the same from frame to frame while the face is still.</summary>
    public AlignedFace Aligned { get; private set; }

    /// <summary>The side by which its model is chosen.</summary>
    public int ModelSide { get; private set; }

    /// <summary>How far the square is not what it was in the frame before, from 0, the same, to 1.</summary>
    public float Moved { get; private set; }

    /// <summary>For how many frames it was not found.</summary>
    public int Missed { get; private set; }

    /// <summary>What is blended in from frame to frame.</summary>
    public SteadyLayer Steady { get; } = new();

    /// <summary>Its place in the report; null of one that is not in it yet.</summary>
    public int? Outcome { get; set; }

    /// <summary>Whether what is in the box now looks like the face did in the frame before.</summary>
    public bool Looks(float[] now) => FaceLook.Difference(look, now) < FaceLook.Another;

    /// <param name="seconds">Since the frame before.</param>
    public void Follow(DetectedFace found, float[] now, double seconds)
    {
        (look, Found, Missed) = (now, found, 0);
        var smooth = filter.Next(found, seconds);
        var moved = smooth.Landmarks.Zip(Aligned.Found.Landmarks, Vector2.Distance).Max();
        if (moved <= Math.Max(DeadPixels, DeadShare * Aligned.Side))
        {
            // The score alone, by which faces are chosen.
            Aligned = Aligned with { Found = Aligned.Found with { Score = smooth.Score } };
            Moved = 0;
            return;
        }

        Moved = (float)Math.Min(1, moved / (WholeShare * Aligned.Side));
        Aligned = FaceTemplate.Align(smooth);
        if (Aligned.OwnSide > SameSize * ModelSide || Aligned.OwnSide * SameSize < ModelSide)
        {
            ModelSide = Aligned.OwnSide;
        }
    }

    /// <summary>Stays where it was.</summary>
    public void Miss() => (Missed, Moved) = (Missed + 1, 0);
}
