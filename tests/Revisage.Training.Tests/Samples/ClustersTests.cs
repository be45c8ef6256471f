using Revisage.Data.Samples;

namespace Revisage.Training.Tests.Samples;

public class ClustersTests
{
    [Fact]
    public void Points_far_apart_are_two_groups()
    {
        var points = Enumerable.Range(0, 40).Select(i => new[] { i % 2 * 100.0 + i * 0.1, 5 }).ToArray();

        var groups = Clusters.Of(points, 2, seed: 1);

        groups[0].ShouldNotBe(groups[1]);
        groups.ShouldBe(Enumerable.Range(0, 40).Select(i => groups[i % 2]));
    }

    [Fact]
    public void Points_that_are_all_the_same_are_one_group() => Clusters.Of([[3], [3], [3]], 2, seed: 1).ShouldBe([0, 0, 0]);

    [Fact]
    public void One_group_holds_all() => Clusters.Of([[1], [2], [9]], 1, seed: 1).ShouldBe([0, 0, 0]);
}
