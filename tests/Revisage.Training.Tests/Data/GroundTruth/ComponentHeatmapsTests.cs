using Revisage.Data.GroundTruth;
using Revisage.Faces;

namespace Revisage.Training.Tests.Data.GroundTruth;

public sealed class ComponentHeatmapsTests
{
    [Theory]
    [InlineData(36, 0)]     // an eye's corner
    [InlineData(47, 0)]
    [InlineData(27, 1)]     // root of the nose
    [InlineData(35, 1)]
    [InlineData(48, 2)]     // a corner of the mouth
    [InlineData(67, 2)]
    [InlineData(0, 3)]      // an end of the jaw
    [InlineData(16, 3)]
    public void Each_landmark_is_on_its_components_map_alone(int landmark, int component)
    {
        var (maps, _) = Draw(DrawnLandmarks.Only(landmark, 9, 7));

        for (var c = 0; c < ComponentHeatmaps.Count; c++)
        {
            maps[c][7 * 64 + 9].ShouldBe(c == component ? 1 : 0);
        }
    }

    [Fact]
    public void Brows_are_on_none() => Draw(DrawnLandmarks.Only(20, 9, 7)).Maps.ShouldAllBe(map => map.Max() == 0);

    [Fact]
    public void Points_side_by_side_give_the_higher_of_their_spots_and_not_the_sum()
    {
        var points = DrawnLandmarks.Only(36, 10, 10).Points.ToArray();
        points[37] = new(12, 10);

        var (maps, _) = Draw(new Landmarks(points));

        maps[0][10 * 64 + 11].ShouldBe(MathF.Exp(-0.5f / (1.5f * 1.5f)), 1e-6f);
        maps[0].Max().ShouldBe(1);
    }

    [Fact]
    public void The_share_of_points_on_the_map_tells_what_is_visible()
    {
        Draw(DrawnLandmarks.Face, 0.64).Visible.ShouldBe([1f, 1f, 1f, 1f]);
        Draw(DrawnLandmarks.Without(Landmarks.Mouth), 0.64).Visible.ShouldBe([1f, 1f, 0f, 1f]);
        Draw(DrawnLandmarks.Without(42..48), 0.64).Visible.ShouldBe([0.5f, 1f, 1f, 1f]);
        // At their own size the eye at x = 70 lies outside of 64 pixels, but for its corner at 62.
        Draw(DrawnLandmarks.Face, 1).Visible[0].ShouldBe(7f / 12);
    }

    private static (float[][] Maps, float[] Visible) Draw(Landmarks landmarks, double scale = 1)
    {
        var maps = new float[ComponentHeatmaps.Count * 64 * 64];
        var visible = new float[ComponentHeatmaps.Count];
        ComponentHeatmaps.Draw(landmarks, scale, 64, ComponentHeatmaps.SigmaAt64, maps, visible);
        return ([.. maps.Chunk(64 * 64)], visible);
    }
}
