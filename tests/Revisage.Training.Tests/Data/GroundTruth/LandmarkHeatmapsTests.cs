using Revisage.Data.GroundTruth;
using Revisage.Faces;

namespace Revisage.Training.Tests.Data.GroundTruth;

public sealed class LandmarkHeatmapsTests
{
    [Fact]
    public void Around_a_whole_pixel_values_are_those_that_FAN_is_trained_with()
    {
        // face-alignment's _gaussian(7), by its own code: the row through the centre.
        double[] fan = [0.230066299, 0.520450121, 0.849365817, 1, 0.849365817, 0.520450121, 0.230066299];

        var map = Draw(DrawnLandmarks.Only(30, 10, 20), 1, 64, LandmarkHeatmaps.FanSigma)[30];

        for (var i = 0; i < 7; i++)
        {
            map[20 * 64 + 7 + i].ShouldBe((float)fan[i], 1e-6f);
            map[(17 + i) * 64 + 10].ShouldBe((float)fan[i], 1e-6f);
        }
    }

    [Fact]
    public void The_height_is_1_where_the_point_lies_even_between_pixels()
    {
        var map = Draw(DrawnLandmarks.Only(0, 10.5f, 20.25f), 1, 64, 2)[0];

        // Half a pixel and a quarter from the centre of (10, 20): exp(-(1/4 + 1/16) / 8).
        map[20 * 64 + 10].ShouldBe(MathF.Exp(-0.0390625f), 1e-6f);
        map[20 * 64 + 11].ShouldBe(map[20 * 64 + 10], 1e-6f);
        map[20 * 64 + 10].ShouldBeGreaterThan(map[21 * 64 + 10]);
    }

    [Theory]
    [InlineData(0.5, 2.5f, 1)]      // between the two pixels that become one
    [InlineData(2, 0, 0.5f)]        // one pixel becomes two
    [InlineData(0.25, 1.5f, 0)]     // the middle of the first four
    public void Centres_of_pixels_go_where_resizing_moves_them(double scale, float from, float to)
    {
        var drawn = Draw(DrawnLandmarks.Only(5, from, from), scale, 8, 1)[5];
        var expected = Draw(DrawnLandmarks.Only(5, to, to), 1, 8, 1)[5];

        drawn.ShouldBe(expected, 1e-6);
    }

    [Fact]
    public void Each_point_has_a_map_of_its_own_and_a_hidden_one_an_empty_map()
    {
        var maps = Draw(DrawnLandmarks.Without(0..1), 0.64, 64, 1.75);

        maps[0].ShouldAllBe(value => value == 0);
        for (var i = 1; i < Landmarks.Count; i++)
        {
            var at = Array.IndexOf(maps[i], maps[i].Max());
            var point = DrawnLandmarks.Face[i];
            ((double)(at % 64)).ShouldBe((point.X + 0.5) * 0.64 - 0.5, 0.5001);
            ((double)(at / 64)).ShouldBe((point.Y + 0.5) * 0.64 - 0.5, 0.5001);
        }
    }

    [Fact]
    public void What_was_in_the_memory_before_is_gone()
    {
        var target = new float[Landmarks.Count * 16 * 16];
        target.AsSpan().Fill(5);

        LandmarkHeatmaps.Draw(DrawnLandmarks.Only(3, 8, 8), 1, 16, 1, target);

        target.Max().ShouldBe(1);
        target.Count(value => value > 0).ShouldBe(49);      // three sigma each way
    }

    [Theory]
    [InlineData(-2, 8)]
    [InlineData(17, 17)]
    public void A_point_beside_the_map_leaves_what_reaches_in(float x, float y)
    {
        var map = Draw(DrawnLandmarks.Only(3, x, y), 1, 16, 1)[3];

        map.Max().ShouldBeInRange(0.01f, 0.2f);
    }

    [Theory]
    [InlineData(1e9f)]
    [InlineData(-3e38f)]
    [InlineData(float.PositiveInfinity)]
    public void A_point_far_away_draws_nothing(float x) =>
        Draw(DrawnLandmarks.Only(3, x, 4), 2, 16, 1)[3].ShouldAllBe(value => value == 0);

    [Fact]
    public void Memory_of_another_size_is_refused() =>
        Should.Throw<ArgumentException>(() => LandmarkHeatmaps.Draw(DrawnLandmarks.Face, 1, 64, 1, new float[68 * 64]))
            .Message.ShouldStartWith("68 heatmaps of 64x64 have 278528 values, but there is room for 4352.");

    private static float[][] Draw(Landmarks landmarks, double scale, int side, double sigma)
    {
        var target = new float[Landmarks.Count * side * side];
        LandmarkHeatmaps.Draw(landmarks, scale, side, sigma, target);
        return [.. target.Chunk(side * side)];
    }
}
