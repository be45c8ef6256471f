using System.Numerics;

namespace Revisage.Faces;

/// <summary>From the maps of a face detector to faces: the one place where they are decoded and doubles suppressed.</summary>
/// <remarks>
/// A map is [15, H, W] with one possible face a cell: channel 0 is the logit of its score; 1 and 2 are how far the box's centre lies
/// right of and below the cell's, in strides; 3 and 4 the logarithms of its width and height, in strides; 5 to 14 five landmarks,
/// each x and then y, as the centre is.
/// </remarks>
public static class FaceCandidates
{
    /// <summary>Channels of a map.</summary>
    public const int Channels = 5 + 2 * DetectedFace.LandmarkCount;

    // More are no photograph's faces, and suppression looks at each pair.
    private const int Most = 4000;

    // The share of a box that lies within a better one from which it is a part of that face.
    private const double Within = 0.7;

    // exp of more is no size in pixels.
    private const float LargestLogarithm = 8;

    /// <summary>What one map says.</summary>
    /// <param name="map">[15, <paramref name="height"/>, <paramref name="width"/>].</param>
    /// <param name="stride">Pixels of the network's input a cell.</param>
    /// <param name="scale">Pixels of the photograph a pixel of the network's input, across and down.</param>
    /// <param name="leastScore">Faces of a lower score are left out.</param>
    public static IReadOnlyList<DetectedFace> Decode(ReadOnlySpan<float> map, int width, int height, int stride, Vector2 scale, double leastScore)
    {
        var plane = width * height;
        if (map.Length != Channels * plane)
        {
            throw new ArgumentException($"A map of {width}x{height} has {Channels * plane} values, but {map.Length} were given.", nameof(map));
        }

        var faces = new List<DetectedFace>();
        var leastLogit = Math.Log(leastScore / (1 - leastScore));
        for (var cell = 0; cell < plane; cell++)
        {
            if (!(map[cell] >= leastLogit))
            {
                continue;
            }

            var centre = new Vector2(cell % width + 0.5f, cell / width + 0.5f);
            var middle = (centre + At(map, 1, cell)) * stride * scale;
            var size = new Vector2(Size(map[3 * plane + cell]), Size(map[4 * plane + cell])) * stride * scale;
            var landmarks = new Vector2[DetectedFace.LandmarkCount];
            for (var i = 0; i < landmarks.Length; i++)
            {
                // From the picture's edge to the centre of its first pixel.
                landmarks[i] = (centre + At(map, 5 + 2 * i, cell)) * stride * scale - new Vector2(0.5f);
            }

            faces.Add(new DetectedFace(
                new FaceBox(middle.X - size.X / 2, middle.Y - size.Y / 2, size.X, size.Y), 1 / (1 + Math.Exp(-map[cell])), landmarks));
        }

        return faces;

        Vector2 At(ReadOnlySpan<float> values, int channel, int cell) => new(values[channel * plane + cell], values[(channel + 1) * plane + cell]);

        static float Size(float logarithm) => MathF.Exp(Math.Min(logarithm, LargestLogarithm));
    }

    /// <summary>Leaves out every face that overlaps a better one (greedy non-maximum suppression), or lies mostly within one, as a part of a face does.</summary>
    /// <param name="overlap">Intersection over union from which two are one.</param>
    /// <returns>Best first.</returns>
    public static IReadOnlyList<DetectedFace> Suppress(IEnumerable<DetectedFace> faces, double overlap)
    {
        var kept = new List<DetectedFace>();
        foreach (var face in faces.OrderByDescending(face => face.Score).Take(Most))
        {
            if (kept.TrueForAll(better => better.Box.Overlap(face.Box) < overlap && face.Box.CoveredBy(better.Box) < Within))
            {
                kept.Add(face);
            }
        }

        return kept;
    }
}
