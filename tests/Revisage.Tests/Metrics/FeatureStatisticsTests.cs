using Revisage.Metrics;
using Revisage.Tests.Imaging;

namespace Revisage.Tests.Metrics;

public class FeatureStatisticsTests
{
    [Fact]
    public void Agrees_with_numpy()
    {
        foreach (var test in ImagingFixtures.Read<Case>("frechet.json"))
        {
            var statistics = FeatureFixtures.Statistics(FeatureFixtures.Features(test.Seed, test.Counts[0], test.Dimensions, 0));
            var covariance = statistics.Covariance();

            statistics.Count.ShouldBe(test.Counts[0]);
            statistics.Mean().Take(4).ShouldBe(test.Mean, 1e-9);
            covariance[^test.Dimensions..].ShouldBe(test.Covariance, 1e-9);
            Enumerable.Range(0, test.Dimensions).Select(i => covariance[i * test.Dimensions + test.Dimensions - 1]).ShouldBe(test.Covariance, 1e-9);
        }
    }

    [Fact]
    public void Far_from_zero_no_digits_are_lost()
    {
        // Faces in turn 1 below and 1 above a million: n / (n - 1), which squares less the mean's square would not hold.
        var statistics = FeatureFixtures.Statistics(Enumerable.Range(0, 1000).Select(i => new float[] { 1_000_000 + (i % 2 == 0 ? -1 : 1), -1_000_000 + (i % 2 == 0 ? 1 : -1) }));

        statistics.Covariance().ShouldBe([1000 / 999.0, -1000 / 999.0, -1000 / 999.0, 1000 / 999.0], 1e-12);
    }

    [Fact]
    public void Asking_in_between_changes_nothing()
    {
        var faces = FeatureFixtures.Features(4, 150, 17, 1).ToArray();
        var asked = new FeatureStatistics(17);
        foreach (var face in faces)
        {
            asked.Add(face);
            asked.Mean();
        }

        asked.Count.ShouldBe(150);
        asked.Covariance().ShouldBe(FeatureFixtures.Statistics(faces).Covariance(), 1e-10);
    }

    [Fact]
    public void Too_few_faces_are_refused()
    {
        var statistics = new FeatureStatistics(3);

        Should.Throw<RevisageException>(() => statistics.Mean()).Message.ShouldContain("one face at least, but there are 0");
        Should.Throw<RevisageException>(() => statistics.Covariance()).Message.ShouldContain("two faces at least, but there are 0");
    }

    [Fact]
    public void Features_that_do_not_fit_are_refused_and_not_counted()
    {
        var statistics = new FeatureStatistics(2);

        Should.Throw<ArgumentException>(() => statistics.Add([1, 2, 3])).Message.ShouldContain("2 features here, but 3 were given");
        Should.Throw<ArgumentException>(() => statistics.Add([1, float.NaN])).Message.ShouldContain("Feature 1 of face 0 is NaN");
        statistics.Count.ShouldBe(0);
    }

    private sealed record Case(int Seed, int Dimensions, int[] Counts, double[] Mean, double[] Covariance);
}
