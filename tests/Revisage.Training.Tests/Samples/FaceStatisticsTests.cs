using Revisage.Data.Samples;

namespace Revisage.Training.Tests.Samples;

public class FaceStatisticsTests
{
    private static readonly SmallFaces Faces = DrawnFaces.Small(300);

    [Fact]
    public void The_mean_of_draws_is_the_mean_of_the_faces_and_so_symmetric()
    {
        var statistics = FaceStatistics.Fit(Faces, new FaceStatisticsOptions { Groups = 1 });

        var mean = new double[768];
        const int draws = 4000;
        for (var i = 0; i < draws; i++)
        {
            var random = new SampleRandom(1, i);
            Vectors.AddScaled(mean, 1.0 / draws, statistics.Draw(0, ref random));
        }

        var faces = new double[768];
        foreach (var point in Faces.Points)
        {
            Vectors.AddScaled(faces, 1.0 / Faces.Points.Count, point);
        }

        // Values deviate by 75 at most: 5 standard errors.
        mean.ShouldBe(faces, 6);
        faces.ShouldBe(SmallFaces.Mirror(faces), 1e-9);
    }

    [Fact]
    public void Draws_vary_less_with_less_spread()
    {
        double Variation(double spread)
        {
            var statistics = FaceStatistics.Fit(Faces, new FaceStatisticsOptions { Groups = 1, Spread = spread, FineSpread = spread });
            var (one, other) = (new SampleRandom(1, 1), new SampleRandom(1, 2));
            return Math.Sqrt(Vectors.SquaredDistance(statistics.Draw(0, ref one), statistics.Draw(0, ref other)));
        }

        Variation(0.5).ShouldBe(Variation(1) / 2, 1e-6);
    }

    [Fact]
    public void Faces_of_different_shape_are_different_groups()
    {
        // Left or right half dark: the groups' draws keep to one of the two.
        var random = new Random(1);
        var halves = new SmallFaces([.. Enumerable.Range(0, 100).Select(_ => Enumerable.Range(0, 768).Select(i => (i % 16 < 8 ? 60.0 : 180.0) + random.Next(-9, 10)).ToArray())]);
        var statistics = FaceStatistics.Fit(halves, new FaceStatisticsOptions { Groups = 2, GroupFaces = 50 });

        statistics.Groups.ShouldBe(2);
        var sides = Enumerable.Range(0, 2).Select(group =>
        {
            var draw = new SampleRandom(1, group);
            var face = statistics.Draw(group, ref draw);
            return Math.Sign(face[0] - face[15]);
        });
        sides.Order().ShouldBe([-1, 1]);
    }

    [Fact]
    public void Too_few_faces_are_refused() =>
        Should.Throw<RevisageException>(() => FaceStatistics.Fit(DrawnFaces.Small(20))).Message
            .ShouldBe("There are 20 faces, but statistics that reveal none of them need 200 or more. Name a folder with more faces.");
}
