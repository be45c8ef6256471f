using System.Numerics;
using Revisage.Faces;
using Revisage.Metrics;

namespace Revisage.Tests.Metrics;

public class LandmarkErrorTests
{
    [Fact]
    public void A_distance_is_of_all_points_together()
    {
        // Each point is 5 pixels off: the root of 68 * 25.
        var (face, moved) = (Shape(i => new Vector2(i, 2 * i)), Shape(i => new Vector2(i + 3, 2 * i - 4)));

        LandmarkError.Distance(face, moved).ShouldBe(5 * Math.Sqrt(68), 1e-5);
        LandmarkError.Distance(moved, face).ShouldBe(5 * Math.Sqrt(68), 1e-5);
        LandmarkError.Distance(face, face).ShouldBe(0);
    }

    [Fact]
    public void Points_that_are_hidden_in_either_do_not_count()
    {
        var face = Shape(i => i == 3 ? new Vector2(float.NaN) : new Vector2(i, i));
        var moved = Shape(i => i == 60 ? new Vector2(float.NaN) : new Vector2(i, i + 2));

        LandmarkError.Distance(face, moved).ShouldBe(2 * Math.Sqrt(66), 1e-5);
        LandmarkError.Distance(face, Shape(_ => new Vector2(float.NaN))).ShouldBe(double.NaN);
    }

    private static Landmarks Shape(Func<int, Vector2> point) => new([.. Enumerable.Range(0, Landmarks.Count).Select(point)]);
}
