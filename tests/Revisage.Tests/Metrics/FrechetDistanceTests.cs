using Revisage.Metrics;
using Revisage.Tests.Imaging;

namespace Revisage.Tests.Metrics;

public class FrechetDistanceTests
{
    [Fact]
    public void Agrees_with_scipy()
    {
        foreach (var test in ImagingFixtures.Read<Case>("frechet.json"))
        {
            var (a, b) = test.Pair();
            var distance = FrechetDistance.Between(a, b);
            distance.ShouldBe(test.Distance, 1e-6, test.ToString());
            FrechetDistance.Between(b, a).ShouldBe(distance, 1e-9 * distance, "the order does not matter");
        }
    }

    [Theory]
    [InlineData(16, 100)]
    [InlineData(64, 20)]
    [InlineData(70, 71)]
    public void Equal_statistics_are_no_distance_apart(int dimensions, int count)
    {
        var faces = FeatureFixtures.Features(1, count, dimensions, 5);

        FrechetDistance.Between(FeatureFixtures.Statistics(faces), FeatureFixtures.Statistics(faces.Reverse())).ShouldBe(0, 1e-9);
    }

    [Theory]
    [InlineData(16, 40)]
    [InlineData(32, 9)]
    public void A_shift_of_the_means_counts_by_its_square(int dimensions, int count)
    {
        // Sixteenths, so that the shifted features are exact.
        float[][] faces = [.. FeatureFixtures.Features(2, count, dimensions, 0).Select(face => Array.ConvertAll(face, x => MathF.Round(x * 16) / 16))];
        float[][] shifted = [.. faces.Select(face => face.Select((x, i) => x + (i < 3 ? 2 : 0)).ToArray())];

        FrechetDistance.Between(FeatureFixtures.Statistics(faces), FeatureFixtures.Statistics(shifted)).ShouldBe(12, 1e-9);
    }

    [Fact]
    public void Features_k_times_as_wide_are_k_less_one_squared_times_the_variance_apart()
    {
        var faces = FeatureFixtures.Features(3, 50, 20, 0).ToArray();
        var (narrow, wide) = (FeatureFixtures.Statistics(faces), FeatureFixtures.Statistics(faces.Select(face => Array.ConvertAll(face, x => 4 * x))));
        var variance = Enumerable.Range(0, 20).Sum(i => narrow.Covariance()[i * 20 + i]);
        var mean = narrow.Mean().Sum(x => x * x);

        FrechetDistance.Between(narrow, wide).ShouldBe(9 * (variance + mean), 1e-9 * variance);
    }

    [Fact]
    public void Features_that_never_change_are_apart_by_their_means_alone() =>
        FrechetDistance.Between(FeatureFixtures.Statistics([[1, 2], [1, 2], [1, 2]]), FeatureFixtures.Statistics([[4, 6], [4, 6]])).ShouldBe(25, 1e-12);

    [Fact]
    public void Features_of_two_networks_are_refused() =>
        Should.Throw<ArgumentException>(() => FrechetDistance.Between(FeatureFixtures.Statistics([[1], [2]]), FeatureFixtures.Statistics([[1, 2], [3, 4]])))
            .Message.ShouldContain("not of 1 with 2");

    [Fact]
    public void One_face_is_refused() =>
        Should.Throw<RevisageException>(() => FrechetDistance.Between(FeatureFixtures.Statistics([[1, 2], [3, 4]]), FeatureFixtures.Statistics([[1, 2]])))
            .Message.ShouldContain("two faces at least, but there is 1");

    private sealed record Case(int Seed, int Dimensions, int[] Counts, double Offset, double Distance)
    {
        public (FeatureStatistics A, FeatureStatistics B) Pair() =>
            (FeatureFixtures.Statistics(FeatureFixtures.Features(Seed, Counts[0], Dimensions, 0)), FeatureFixtures.Statistics(FeatureFixtures.Features(Seed + 100, Counts[1], Dimensions, Offset)));
    }
}
