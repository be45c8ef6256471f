using System.Numerics;
using Revisage.Data.GroundTruth;

namespace Revisage.Training.Tests.Data.GroundTruth;

public sealed class PolygonFillTests
{
    [Fact]
    public void A_square_has_its_area_in_pixels_and_left_and_upper_edges() => Filled([new(1, 1), new(4, 1), new(4, 3), new(1, 3)]).ShouldBe(
    [
        "......",
        ".###..",
        ".###..",
        "......",
    ]);

    [Fact]
    public void A_pixel_belongs_where_its_centre_is() => Filled([new(0.6f, 0.4f), new(3.4f, 0.4f), new(3.4f, 1.4f), new(0.6f, 1.4f)]).ShouldBe(
    [
        "......",
        ".###..",
        "......",
        "......",
    ]);

    [Fact]
    public void Neighbours_share_no_pixel_and_leave_none_out()
    {
        var map = new byte[60];
        PolygonFill.Fill([new(0, 0), new(10, 0), new(0, 6)], 1, map, 10, 6);
        var first = map.Count(pixel => pixel == 1);
        PolygonFill.Fill([new(10, 0), new(10, 6), new(0, 6)], 2, map, 10, 6);

        map.Count(pixel => pixel == 1).ShouldBe(first);
        map.ShouldAllBe(pixel => pixel > 0);
    }

    [Fact]
    public void What_is_gone_round_twice_is_no_hole() =>
        // A ribbon that crosses over itself.
        Filled([new(0, 0), new(6, 0), new(6, 4), new(2, 4), new(2, 0), new(6, 0), new(6, 4), new(0, 4)]).ShouldAllBe(row => row == "######");

    [Fact]
    public void Parts_outside_the_map_are_cut_off() =>
        Filled([new(-1e6f, -1e6f), new(1e6f, -1e6f), new(1e6f, 1.5f), new(-1e6f, 1.5f)]).ShouldBe(["######", "######", "......", "......"]);

    [Fact]
    public void Hidden_points_are_left_out_and_two_points_are_no_polygon()
    {
        Filled([new(1, 1), new(4, 1), new(float.NaN), new(4, 3), new(1, 3)]).ShouldBe(["......", ".###..", ".###..", "......"]);
        Filled([new(1, 1), new(float.NaN), new(4, 3)]).ShouldAllBe(row => row == "......");
    }

    private static string[] Filled(Vector2[] polygon)
    {
        var map = new byte[24];
        PolygonFill.Fill(polygon, 1, map, 6, 4);
        return [.. map.Chunk(6).Select(row => string.Concat(row.Select(pixel => pixel == 1 ? '#' : '.')))];
    }
}
