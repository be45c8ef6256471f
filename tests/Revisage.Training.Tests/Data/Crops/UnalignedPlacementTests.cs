using System.Numerics;
using Revisage.Faces;
using Revisage.Imaging;

namespace Revisage.Training.Tests.Data.Crops;

public class UnalignedPlacementTests
{
    private const int Side = 9;

    [Fact]
    public void In_place_nothing_changes()
    {
        var rgb = OneDot(2, 6);

        Placed(new UnalignedPlacement(0, 1, 0, 0), rgb).ShouldBe(rgb);
    }

    [Fact]
    public void A_quarter_turn_is_clockwise_as_seen()
    {
        // From left of the middle to above it.
        Placed(new UnalignedPlacement(90, 1, 0, 0), OneDot(1, 4)).ShouldBe(OneDot(4, 1));
    }

    [Fact]
    public void A_shift_is_a_share_of_the_side_and_leaves_black()
    {
        Placed(new UnalignedPlacement(0, 1, 1.0 / Side, 2.0 / Side), OneDot(3, 3)).ShouldBe(OneDot(4, 5));
        Placed(new UnalignedPlacement(0, 1, 1.0 / Side, 0), White()).Where((_, i) => i / 3 % Side == 0).ShouldAllBe(value => value == 0);
    }

    [Fact]
    public void A_smaller_face_is_in_the_middle_with_black_around()
    {
        var placed = Placed(new UnalignedPlacement(0, 0.5, 0, 0), White());

        placed[3 * (4 * Side + 4)].ShouldBe((byte)255);
        placed[0].ShouldBe((byte)0);
    }

    [Fact]
    public void What_a_picture_has_around_the_face_is_seen_in_the_place_of_black_and_its_edge_beyond()
    {
        // A face of 9 pixels with two of margin that count their columns.
        const int whole = Side + 4;
        var rgb = new byte[3 * whole * whole];
        for (var i = 0; i < rgb.Length; i++)
        {
            rgb[i] = (byte)(i / 3 % whole * 10);
        }

        byte[] Moved(int pixels, UnalignedOutside outside) =>
            [.. new UnalignedPlacement(0, 1, (double)pixels / Side, 0).Apply(new RgbPicture(rgb, whole, whole), Side, outside).Rgb.Where((_, i) => i % 3 == 0).Take(Side)];

        Moved(0, UnalignedOutside.Margin).ShouldBe([20, 30, 40, 50, 60, 70, 80, 90, 100]);
        Moved(4, UnalignedOutside.Margin).ShouldBe([0, 0, 0, 10, 20, 30, 40, 50, 60]);
        Moved(4, UnalignedOutside.Zero).ShouldBe([0, 0, 0, 0, 20, 30, 40, 50, 60]);
    }

    [Fact]
    public void Landmarks_go_where_the_pixels_go()
    {
        var placement = new UnalignedPlacement(90, 1, 1.0 / Side, 0);

        var moved = Vector2.Transform(new Vector2(1, 4), placement.Transform(Side, Side));

        moved.X.ShouldBe(5, 1e-4f);
        moved.Y.ShouldBe(1, 1e-4f);
        Placed(placement, OneDot(1, 4)).ShouldBe(OneDot(5, 1));
    }

    [Fact]
    public void Placements_follow_from_seed_and_sample_and_fill_MTUNs_ranges()
    {
        var placements = Enumerable.Range(0, 2000).Select(Draw).ToArray();

        placements.ShouldBe(Enumerable.Range(0, 2000).Select(Draw));
        Spans(placements.Select(one => one.Degrees), -45, 45);
        Spans(placements.Select(one => one.Scale), 0.8, 1);
        Spans(placements.Select(one => one.ShiftX), -0.05, 0.05);
        Spans(placements.Select(one => one.ShiftY), -0.05, 0.05);

        static UnalignedPlacement Draw(int sample)
        {
            var random = new SampleRandom(7, sample);
            return UnalignedPlacement.Draw(ref random, new UnalignedOptions());
        }
    }

    private static void Spans(IEnumerable<double> values, double from, double to)
    {
        var sorted = values.Order().ToArray();
        sorted[0].ShouldBeInRange(from, from + 0.01 * (to - from));
        sorted[^1].ShouldBeInRange(to - 0.01 * (to - from), to);
        sorted[sorted.Length / 2].ShouldBe((from + to) / 2, 0.05 * (to - from));
    }

    private static byte[] Placed(UnalignedPlacement placement, byte[] rgb) => placement.Apply(new RgbPicture(rgb, Side, Side)).Rgb;

    private static byte[] OneDot(int x, int y)
    {
        var rgb = new byte[3 * Side * Side];
        rgb.AsSpan(3 * (y * Side + x), 3).Fill(200);
        return rgb;
    }

    private static byte[] White()
    {
        var rgb = new byte[3 * Side * Side];
        rgb.AsSpan().Fill(255);
        return rgb;
    }
}
