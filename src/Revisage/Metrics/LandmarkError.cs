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

    /// <summary>
    /// The Euclidean distance between two faces' points taken as one vector each, in pixels (W-Net 2024, its table of
    /// downstream tasks): the root of the sum of squared differences of all coordinates that are known in both. It grows
    /// with the number of points. NaN where no point is known in both.
    /// </summary>
    public static double Distance(Landmarks found, Landmarks truth)
    {
        ArgumentNullException.ThrowIfNull(found);
        ArgumentNullException.ThrowIfNull(truth);
        var (sum, count) = (0.0, 0);
        for (var i = 0; i < Landmarks.Count; i++)
        {
            if (found.IsVisible(i) && truth.IsVisible(i))
            {
                sum += Vector2.DistanceSquared(found[i], truth[i]);
                count++;
            }
        }

        return count == 0 ? double.NaN : Math.Sqrt(sum);
    }
}
