using Revisage.Metrics;
using Revisage.Tests.Imaging;

namespace Revisage.Tests.Metrics;

/// <summary>Faces' features that make_fixtures.py and the tests make alike.</summary>
internal static class FeatureFixtures
{
    /// <summary>[count][dimensions]: noise whose features go together, and vary less towards the last.</summary>
    public static IEnumerable<float[]> Features(int seed, int count, int dimensions, double offset)
    {
        var noise = ImagingFixtures.Noise(seed, dimensions, count);
        double At(int face, int feature) => noise[3 * (face * dimensions + feature)];
        return Enumerable.Range(0, count).Select(face => Enumerable.Range(0, dimensions)
            .Select(i => (float)((At(face, i) + 2 * At(face, (7 * i + 3) % dimensions) + At(face, 0)) / (64 * (1 + i)) + offset)).ToArray());
    }

    public static FeatureStatistics Statistics(IEnumerable<float[]> faces)
    {
        FeatureStatistics? statistics = null;
        foreach (var face in faces)
        {
            statistics ??= new FeatureStatistics(face.Length);
            statistics.Add(face);
        }

        return statistics!;
    }
}
