using System.Numerics;
using Revisage.Faces;

namespace Revisage.Metrics;

/// <summary>How far landmarks are off.</summary>
public static class LandmarkError
{
    /// <summary>
    /// Normalised mean error: the mean distance between points that are known in both, over <paramref name="side"/>
    /// (Kim 2019, section 4.2, which takes the image's side; other papers take the distance of the eyes). NaN where no
    /// point is known in both.
    /// </summary>
    /// <param name="side">Pixels.</param>
    public static double Normalized(Landmarks found, Landmarks truth, double side)
    {
        ArgumentNullException.ThrowIfNull(found);
        ArgumentNullException.ThrowIfNull(truth);
        var (sum, count) = (0.0, 0);
        for (var i = 0; i < Landmarks.Count; i++)
        {
            if (found.IsVisible(i) && truth.IsVisible(i))
            {
                sum += Vector2.Distance(found[i], truth[i]);
                count++;
            }
        }

        return sum / count / side;
    }
}
